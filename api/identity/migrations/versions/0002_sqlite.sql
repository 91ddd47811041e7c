CREATE TABLE brand (
	community BLOB NOT NULL,
	accent TEXT NOT NULL,
	second TEXT NOT NULL,
	logo BLOB,
	logo_type TEXT NOT NULL,
	timezone TEXT NOT NULL,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (community),
	CONSTRAINT brand_logo_size CHECK (logo IS NULL OR length(logo) <= 65536)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE passkey (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	credential BLOB NOT NULL,
	public_key BLOB NOT NULL,
	sign_count INTEGER NOT NULL,
	api_key BLOB NOT NULL,
	member BLOB,
	label TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	used_at INTEGER,
	revoked_at INTEGER,
	PRIMARY KEY (community, id),
	CONSTRAINT passkey_credential UNIQUE (credential)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX passkey_api_key ON passkey (community, api_key);

CREATE TABLE passkey_challenge (
	community BLOB NOT NULL,
	hash BLOB NOT NULL,
	bound_to BLOB NOT NULL,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (community, hash)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE session (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	hash BLOB NOT NULL,
	api_key BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	ends_at INTEGER NOT NULL,
	step_up_until INTEGER NOT NULL,
	teller TEXT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT session_hash UNIQUE (hash),
	CONSTRAINT session_hash_size CHECK (length(hash) = 32),
	CONSTRAINT session_expiry CHECK (expires_at <= ends_at)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX session_api_key ON session (community, api_key);

CREATE TABLE signin_link (
	community BLOB NOT NULL,
	id BLOB NOT NULL,
	hash BLOB NOT NULL,
	api_key BLOB NOT NULL,
	uses_left INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT signin_link_hash UNIQUE (hash),
	CONSTRAINT signin_link_hash_size CHECK (length(hash) = 32),
	CONSTRAINT signin_link_uses CHECK (uses_left >= 0)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE totp (
	community BLOB NOT NULL,
	api_key BLOB NOT NULL,
	secret BLOB NOT NULL,
	created_at INTEGER NOT NULL,
	confirmed INTEGER NOT NULL,
	last_step INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	locked_until INTEGER NOT NULL,
	PRIMARY KEY (community, api_key),
	CONSTRAINT confirmed_flag CHECK (confirmed BETWEEN 0 AND 1)
)
 WITHOUT ROWID,
 STRICT
