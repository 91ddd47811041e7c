CREATE TABLE member_state (
	community BLOB NOT NULL,
	member BLOB NOT NULL,
	version INTEGER NOT NULL,
	"before" TEXT NOT NULL,
	"after" TEXT NOT NULL,
	changed_by BLOB,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (community, member, version)
)
 WITHOUT ROWID,
 STRICT
