CREATE TABLE books_check (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	entries INTEGER NOT NULL,
	state TEXT NOT NULL,
	said TEXT NOT NULL,
	begun_by BLOB NOT NULL,
	begun_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT books_check_state CHECK (state IN ('running', 'good', 'wrong', 'failed'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX books_check_begun ON books_check (community, begun_at)
