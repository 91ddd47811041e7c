CREATE TABLE member_state (
	community UUID NOT NULL,
	member UUID NOT NULL,
	version BIGINT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	changed_by UUID,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (community, member, version)
)
