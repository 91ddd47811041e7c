CREATE TABLE brand (
	community UUID NOT NULL,
	accent TEXT NOT NULL,
	second TEXT NOT NULL,
	logo BYTEA,
	logo_type TEXT NOT NULL,
	timezone TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (community),
	CONSTRAINT brand_logo_size CHECK (logo IS NULL OR length(logo) <= 65536)
);

CREATE TABLE passkey (
	community UUID NOT NULL,
	id UUID NOT NULL,
	credential BYTEA NOT NULL,
	public_key BYTEA NOT NULL,
	sign_count BIGINT NOT NULL,
	api_key UUID NOT NULL,
	member UUID,
	label TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	used_at BIGINT,
	revoked_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT passkey_credential UNIQUE (credential)
);

CREATE INDEX passkey_api_key ON passkey (community, api_key);

CREATE TABLE passkey_challenge (
	community UUID NOT NULL,
	hash BYTEA NOT NULL,
	bound_to BYTEA NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (community, hash)
);

CREATE TABLE session (
	community UUID NOT NULL,
	id UUID NOT NULL,
	hash BYTEA NOT NULL,
	api_key UUID NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	step_up_until BIGINT NOT NULL,
	teller TEXT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT session_hash UNIQUE (hash),
	CONSTRAINT session_hash_size CHECK (length(hash) = 32),
	CONSTRAINT session_expiry CHECK (expires_at <= ends_at)
);

CREATE INDEX session_api_key ON session (community, api_key);

CREATE TABLE signin_link (
	community UUID NOT NULL,
	id UUID NOT NULL,
	hash BYTEA NOT NULL,
	api_key UUID NOT NULL,
	uses_left INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT signin_link_hash UNIQUE (hash),
	CONSTRAINT signin_link_hash_size CHECK (length(hash) = 32),
	CONSTRAINT signin_link_uses CHECK (uses_left >= 0)
);

CREATE TABLE totp (
	community UUID NOT NULL,
	api_key UUID NOT NULL,
	secret BYTEA NOT NULL,
	created_at BIGINT NOT NULL,
	confirmed INTEGER NOT NULL,
	last_step BIGINT NOT NULL,
	attempts INTEGER NOT NULL,
	locked_until BIGINT NOT NULL,
	PRIMARY KEY (community, api_key),
	CONSTRAINT confirmed_flag CHECK (confirmed BETWEEN 0 AND 1)
)
