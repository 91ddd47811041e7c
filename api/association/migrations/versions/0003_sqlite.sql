CREATE TABLE leaving (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	wish TEXT NOT NULL,
	state TEXT NOT NULL,
	asked_at INTEGER NOT NULL,
	changed_by BLOB,
	changed_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT leaving_wish CHECK (wish IN ('spend', 'give', 'euros')),
	CONSTRAINT leaving_state_known CHECK (state IN ('asked', 'noticed', 'withdrawn', 'done'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX leaving_member ON leaving (community, member, asked_at);

CREATE INDEX leaving_state ON leaving (community, state, asked_at);

CREATE TABLE own_rules (
	community BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	rules TEXT NOT NULL,
	set_by BLOB NOT NULL,
	PRIMARY KEY (community, set_at)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE territory_draft (
	community BLOB NOT NULL,
	drawing TEXT NOT NULL,
	set_by BLOB NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (community)
)
 WITHOUT ROWID,
 STRICT
