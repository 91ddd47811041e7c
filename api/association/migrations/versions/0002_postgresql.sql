CREATE TABLE set_aside (
	community UUID NOT NULL,
	alert TEXT NOT NULL,
	currency TEXT NOT NULL,
	note TEXT NOT NULL,
	set_by UUID NOT NULL,
	set_at BIGINT NOT NULL,
	PRIMARY KEY (community, alert),
	CONSTRAINT set_aside_note CHECK (note <> '')
);

CREATE INDEX set_aside_at ON set_aside (community, set_at)
