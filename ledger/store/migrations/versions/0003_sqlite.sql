ALTER TABLE signing_key RENAME TO signing_key_before;

CREATE TABLE signing_key (
	community_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	public_key BLOB NOT NULL,
	wrapped BLOB NOT NULL,
	PRIMARY KEY (community_id, seq)
)
 WITHOUT ROWID, STRICT;

INSERT INTO signing_key SELECT community_id, 1, public_key, wrapped FROM signing_key_before;

DROP TABLE signing_key_before
