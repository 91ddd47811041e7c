ALTER TABLE signing_key RENAME CONSTRAINT signing_key_pkey TO signing_key_before_pkey;

ALTER TABLE signing_key RENAME TO signing_key_before;

CREATE TABLE signing_key (
	community_id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	public_key BYTEA NOT NULL,
	wrapped BYTEA NOT NULL,
	PRIMARY KEY (community_id, seq)
);

INSERT INTO signing_key SELECT community_id, 1, public_key, wrapped FROM signing_key_before;

DROP TABLE signing_key_before
