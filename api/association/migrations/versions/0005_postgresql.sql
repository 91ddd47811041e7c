CREATE TABLE deal_note (
	community UUID NOT NULL,
	deal UUID NOT NULL,
	member UUID NOT NULL,
	says TEXT NOT NULL,
	said_at BIGINT NOT NULL,
	PRIMARY KEY (community, deal, member)
);

CREATE INDEX deal_note_member ON deal_note (community, member)
