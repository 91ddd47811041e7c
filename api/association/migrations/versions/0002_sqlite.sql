CREATE TABLE set_aside (
	community BLOB NOT NULL,
	alert TEXT NOT NULL,
	currency TEXT NOT NULL,
	note TEXT NOT NULL,
	set_by BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (community, alert),
	CONSTRAINT set_aside_note CHECK (note <> '')
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX set_aside_at ON set_aside (community, set_at)
