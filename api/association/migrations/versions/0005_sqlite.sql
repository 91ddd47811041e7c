CREATE TABLE deal_note (
	community BLOB NOT NULL,
	deal BLOB NOT NULL,
	member BLOB NOT NULL,
	says TEXT NOT NULL,
	said_at INTEGER NOT NULL,
	PRIMARY KEY (community, deal, member)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX deal_note_member ON deal_note (community, member)
