CREATE TABLE books_check (
	community UUID NOT NULL,
	id UUID NOT NULL,
	entries BIGINT NOT NULL,
	state TEXT NOT NULL,
	said TEXT NOT NULL,
	begun_by UUID NOT NULL,
	begun_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT books_check_state CHECK (state IN ('running', 'good', 'wrong', 'failed'))
);

CREATE INDEX books_check_begun ON books_check (community, begun_at)
