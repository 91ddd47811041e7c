CREATE TABLE api_key (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	hash BLOB NOT NULL,
	hint TEXT NOT NULL,
	label TEXT NOT NULL,
	roles TEXT NOT NULL,
	scopes TEXT NOT NULL,
	member BLOB,
	device BLOB,
	created_by BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	revoked_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT api_key_hash UNIQUE (hash),
	CONSTRAINT api_key_hash_size CHECK (length(hash) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX api_key_member ON api_key (community, member);

CREATE TABLE approval (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	action TEXT NOT NULL,
	command BLOB NOT NULL,
	summary TEXT NOT NULL,
	asked_by BLOB NOT NULL,
	asked_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	state TEXT NOT NULL,
	decided_by BLOB,
	decided_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT approval_state CHECK (state IN ('open', 'approved', 'rejected')),
	CONSTRAINT approval_two_people CHECK (decided_by IS NULL OR state = 'rejected' OR decided_by <> asked_by)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE community_name (
	community BLOB NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (community)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE device (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	member BLOB NOT NULL,
	public_key BLOB NOT NULL,
	label TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	revoked_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT device_public_key UNIQUE (community, public_key),
	CONSTRAINT device_public_key_size CHECK (length(public_key) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX device_member ON device (community, member);

CREATE TABLE enrolment (
	community BLOB NOT NULL,
	lookup TEXT NOT NULL,
	hash BLOB NOT NULL,
	member BLOB NOT NULL,
	created_by BLOB NOT NULL,
	expires_at INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	used_at INTEGER,
	public_key BLOB,
	PRIMARY KEY (community, lookup),
	CONSTRAINT enrolment_hash_size CHECK (length(hash) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE identity_revision (
	id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT identity_revision_one CHECK (id = 1)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE member (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
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
	created_at INTEGER NOT NULL,
	version INTEGER NOT NULL,
	enforced INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT member_kind CHECK (kind IN ('person', 'business', 'association', 'public')),
	CONSTRAINT member_state CHECK (state IN ('pending', 'active', 'lapsed', 'suspended', 'left')),
	CONSTRAINT member_enforced CHECK (enforced <= version),
	CONSTRAINT listed_flag CHECK (listed BETWEEN 0 AND 1)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX member_name ON member (community, name_key);

CREATE TABLE member_account (
	community BLOB NOT NULL,
	account BLOB NOT NULL,
	member BLOB NOT NULL,
	PRIMARY KEY (community, account)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX member_account_member ON member_account (community, member);

CREATE TABLE payment_request (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	token TEXT NOT NULL,
	fingerprint BLOB NOT NULL,
	made_by BLOB NOT NULL,
	payee BLOB NOT NULL,
	payer BLOB,
	amount INTEGER NOT NULL,
	currency TEXT NOT NULL,
	memo TEXT NOT NULL,
	state TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	decided_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT payment_request_token UNIQUE (token),
	CONSTRAINT payment_request_amount CHECK (amount BETWEEN 1 AND 9007199254740991),
	CONSTRAINT payment_request_state CHECK (state IN ('open', 'paid', 'rejected'))
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX payment_request_payee ON payment_request (community, payee, created_at);

CREATE INDEX payment_request_payer ON payment_request (community, payer, created_at);

CREATE TABLE webhook (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	fingerprint BLOB NOT NULL,
	url TEXT NOT NULL,
	events TEXT NOT NULL,
	member BLOB,
	secret BLOB NOT NULL,
	former_secret BLOB,
	former_until INTEGER NOT NULL,
	created_by BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	cursor INTEGER NOT NULL,
	failures INTEGER NOT NULL,
	next_at INTEGER NOT NULL,
	leased_until INTEGER NOT NULL,
	disabled TEXT NOT NULL,
	last_status TEXT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT webhook_cursor CHECK (cursor >= 0)
)
 WITHOUT ROWID,
 STRICT
