CREATE TABLE key_maker (
	community BLOB NOT NULL,
	api_key BLOB NOT NULL,
	maker BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	confirmed_by BLOB,
	confirmed_at INTEGER,
	PRIMARY KEY (community, api_key),
	CONSTRAINT key_maker_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
	CONSTRAINT key_maker_two_people CHECK (confirmed_by IS NULL OR confirmed_by <> maker)
)
 WITHOUT ROWID,
 STRICT
