CREATE TABLE leaving (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	wish TEXT NOT NULL,
	state TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	changed_by UUID,
	changed_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT leaving_wish CHECK (wish IN ('spend', 'give', 'euros')),
	CONSTRAINT leaving_state_known CHECK (state IN ('asked', 'noticed', 'withdrawn', 'done'))
);

CREATE INDEX leaving_member ON leaving (community, member, asked_at);

CREATE INDEX leaving_state ON leaving (community, state, asked_at);

CREATE TABLE own_rules (
	community UUID NOT NULL,
	set_at BIGINT NOT NULL,
	rules TEXT NOT NULL,
	set_by UUID NOT NULL,
	PRIMARY KEY (community, set_at)
);

CREATE TABLE territory_draft (
	community UUID NOT NULL,
	drawing TEXT NOT NULL,
	set_by UUID NOT NULL,
	set_at BIGINT NOT NULL,
	PRIMARY KEY (community)
)
