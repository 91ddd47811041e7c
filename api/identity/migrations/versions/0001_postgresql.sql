CREATE TABLE api_key (
	community UUID NOT NULL,
	id UUID NOT NULL,
	hash BYTEA NOT NULL,
	hint TEXT NOT NULL,
	label TEXT NOT NULL,
	roles TEXT NOT NULL,
	scopes TEXT NOT NULL,
	member UUID,
	device UUID,
	created_by UUID NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	revoked_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT api_key_hash UNIQUE (hash),
	CONSTRAINT api_key_hash_size CHECK (length(hash) = 32)
);

CREATE INDEX api_key_member ON api_key (community, member);

CREATE TABLE approval (
	community UUID NOT NULL,
	id UUID NOT NULL,
	action TEXT NOT NULL,
	command BYTEA NOT NULL,
	summary TEXT NOT NULL,
	asked_by UUID NOT NULL,
	asked_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	state TEXT NOT NULL,
	decided_by UUID,
	decided_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT approval_state CHECK (state IN ('open', 'approved', 'rejected')),
	CONSTRAINT approval_two_people CHECK (decided_by IS NULL OR state = 'rejected' OR decided_by <> asked_by)
);

CREATE TABLE community_name (
	community UUID NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (community)
);

CREATE TABLE device (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	public_key BYTEA NOT NULL,
	label TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	revoked_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT device_public_key UNIQUE (community, public_key),
	CONSTRAINT device_public_key_size CHECK (length(public_key) = 32)
);

CREATE INDEX device_member ON device (community, member);

CREATE TABLE enrolment (
	community UUID NOT NULL,
	lookup TEXT NOT NULL,
	hash BYTEA NOT NULL,
	member UUID NOT NULL,
	created_by UUID NOT NULL,
	expires_at BIGINT NOT NULL,
	attempts INTEGER NOT NULL,
	used_at BIGINT,
	public_key BYTEA,
	PRIMARY KEY (community, lookup),
	CONSTRAINT enrolment_hash_size CHECK (length(hash) = 32)
);

CREATE TABLE identity_revision (
	id INTEGER NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT identity_revision_one CHECK (id = 1)
);

CREATE TABLE member (
	community UUID NOT NULL,
	id UUID NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	contact TEXT NOT NULL,
	locale TEXT NOT NULL,
	place TEXT NOT NULL,
	place_key TEXT NOT NULL,
	sectors TEXT NOT NULL,
	listed INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	enforced BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT member_kind CHECK (kind IN ('person', 'business', 'association', 'public')),
	CONSTRAINT member_state CHECK (state IN ('pending', 'active', 'lapsed', 'suspended', 'left')),
	CONSTRAINT member_enforced CHECK (enforced <= version),
	CONSTRAINT listed_flag CHECK (listed BETWEEN 0 AND 1)
);

CREATE INDEX member_name ON member (community, name_key);

CREATE TABLE member_account (
	community UUID NOT NULL,
	account UUID NOT NULL,
	member UUID NOT NULL,
	PRIMARY KEY (community, account)
);

CREATE INDEX member_account_member ON member_account (community, member);

CREATE TABLE payment_request (
	community UUID NOT NULL,
	id UUID NOT NULL,
	token TEXT NOT NULL,
	fingerprint BYTEA NOT NULL,
	made_by UUID NOT NULL,
	payee UUID NOT NULL,
	payer UUID,
	amount BIGINT NOT NULL,
	currency TEXT NOT NULL,
	memo TEXT NOT NULL,
	state TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	decided_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT payment_request_token UNIQUE (token),
	CONSTRAINT payment_request_amount CHECK (amount BETWEEN 1 AND 9007199254740991),
	CONSTRAINT payment_request_state CHECK (state IN ('open', 'paid', 'rejected'))
);

CREATE INDEX payment_request_payee ON payment_request (community, payee, created_at);

CREATE INDEX payment_request_payer ON payment_request (community, payer, created_at);

CREATE TABLE webhook (
	community UUID NOT NULL,
	id UUID NOT NULL,
	fingerprint BYTEA NOT NULL,
	url TEXT NOT NULL,
	events TEXT NOT NULL,
	member UUID,
	secret BYTEA NOT NULL,
	former_secret BYTEA,
	former_until BIGINT NOT NULL,
	created_by UUID NOT NULL,
	created_at BIGINT NOT NULL,
	cursor BIGINT NOT NULL,
	failures INTEGER NOT NULL,
	next_at BIGINT NOT NULL,
	leased_until BIGINT NOT NULL,
	disabled TEXT NOT NULL,
	last_status TEXT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT webhook_cursor CHECK (cursor >= 0)
)
