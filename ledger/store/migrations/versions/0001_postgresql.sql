CREATE TABLE checkpoint (
	community_id INTEGER NOT NULL,
	size BIGINT NOT NULL,
	ts BIGINT NOT NULL,
	root BYTEA NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (community_id, size),
	CONSTRAINT checkpoint_root CHECK (length(root) = 32)
);

CREATE TABLE claim (
	community_id INTEGER NOT NULL,
	claim BYTEA NOT NULL,
	seq BIGINT NOT NULL,
	PRIMARY KEY (community_id, claim)
);

CREATE TABLE community (
	community_id INTEGER NOT NULL,
	uid UUID NOT NULL,
	code TEXT NOT NULL,
	founded_ts BIGINT NOT NULL,
	PRIMARY KEY (community_id),
	CONSTRAINT community_uid UNIQUE (uid),
	CONSTRAINT community_code UNIQUE (code),
	CONSTRAINT community_id_positive CHECK (community_id > 0)
);

CREATE TABLE currency (
	community_id INTEGER NOT NULL,
	no INTEGER NOT NULL,
	code TEXT NOT NULL,
	scale INTEGER NOT NULL,
	model TEXT NOT NULL,
	PRIMARY KEY (community_id, no),
	CONSTRAINT currency_code UNIQUE (community_id, code),
	CONSTRAINT currency_no_positive CHECK (no > 0),
	CONSTRAINT currency_scale CHECK (scale BETWEEN 0 AND 9)
);

CREATE TABLE entry (
	community_id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	command_id UUID NOT NULL,
	ts BIGINT NOT NULL,
	effective_at BIGINT NOT NULL,
	command TEXT NOT NULL,
	actor UUID NOT NULL,
	body BYTEA NOT NULL,
	leaf_hash BYTEA NOT NULL,
	PRIMARY KEY (community_id, seq),
	CONSTRAINT entry_command_once UNIQUE (community_id, command_id),
	CONSTRAINT entry_seq_positive CHECK (seq > 0),
	CONSTRAINT entry_leaf_hash CHECK (length(leaf_hash) = 32)
);

CREATE TABLE head (
	community_id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	ts BIGINT NOT NULL,
	frontier BYTEA NOT NULL,
	accounts_opened BIGINT NOT NULL,
	sealed_through BIGINT NOT NULL,
	PRIMARY KEY (community_id),
	CONSTRAINT head_seq_positive CHECK (seq > 0)
)
 WITH (fillfactor = 10);

CREATE TABLE link (
	community_id INTEGER NOT NULL,
	target_seq BIGINT NOT NULL,
	role TEXT NOT NULL,
	ordinal INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	total BIGINT NOT NULL,
	cap BIGINT NOT NULL,
	PRIMARY KEY (community_id, target_seq, role, ordinal),
	CONSTRAINT link_role CHECK (role IN ('resolved', 'reversed', 'refunded')),
	CONSTRAINT link_once CHECK (role = 'refunded' OR ordinal = 1),
	CONSTRAINT link_ordinal CHECK (ordinal > 0),
	CONSTRAINT link_within_cap CHECK (total <= cap)
);

CREATE TABLE memo (
	community_id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	salt BYTEA NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (community_id, seq)
);

CREATE TABLE open_hold (
	community_id INTEGER NOT NULL,
	id UUID NOT NULL,
	expires_at BIGINT,
	PRIMARY KEY (community_id, id)
);

CREATE INDEX open_hold_expiry ON open_hold (expires_at);

CREATE TABLE policy (
	community_id INTEGER NOT NULL,
	currency_no INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	since BIGINT NOT NULL,
	body BYTEA NOT NULL,
	PRIMARY KEY (community_id, currency_no, seq)
);

CREATE TABLE posting (
	community_id INTEGER NOT NULL,
	account_no BIGINT NOT NULL,
	version BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	leg INTEGER NOT NULL,
	debits_held BIGINT NOT NULL,
	debits_posted BIGINT NOT NULL,
	credits_held BIGINT NOT NULL,
	credits_posted BIGINT NOT NULL,
	PRIMARY KEY (community_id, account_no, version),
	CONSTRAINT posting_version CHECK (version > 0)
);

CREATE TABLE refusal (
	community_id INTEGER NOT NULL,
	command_id UUID NOT NULL,
	fingerprint BYTEA NOT NULL,
	code TEXT NOT NULL,
	detail TEXT NOT NULL,
	field TEXT NOT NULL,
	ts BIGINT NOT NULL,
	PRIMARY KEY (community_id, command_id)
);

CREATE INDEX refusal_age ON refusal (ts);

CREATE TABLE signing_key (
	community_id INTEGER NOT NULL,
	public_key BYTEA NOT NULL,
	wrapped BYTEA NOT NULL,
	PRIMARY KEY (community_id)
);

CREATE TABLE tree_node (
	community_id INTEGER NOT NULL,
	level INTEGER NOT NULL,
	index BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	PRIMARY KEY (community_id, level, index),
	CONSTRAINT tree_node_hash CHECK (length(hash) = 32)
);

CREATE TABLE account (
	community_id INTEGER NOT NULL,
	no BIGINT NOT NULL,
	uid UUID NOT NULL,
	currency_no INTEGER NOT NULL,
	kind TEXT NOT NULL,
	form TEXT NOT NULL,
	floor BIGINT,
	ceiling BIGINT,
	frozen INTEGER NOT NULL,
	state TEXT NOT NULL,
	spend_until BIGINT NOT NULL,
	programme TEXT NOT NULL,
	sectors BYTEA NOT NULL,
	acceptance_bp INTEGER NOT NULL,
	signed_only INTEGER NOT NULL,
	keys BYTEA NOT NULL,
	charged_through BIGINT NOT NULL,
	opened_seq BIGINT NOT NULL,
	debits_held BIGINT NOT NULL,
	debits_posted BIGINT NOT NULL,
	credits_held BIGINT NOT NULL,
	credits_posted BIGINT NOT NULL,
	version BIGINT NOT NULL,
	touched_seq BIGINT NOT NULL,
	PRIMARY KEY (community_id, no),
	CONSTRAINT account_uid UNIQUE (community_id, uid),
	CONSTRAINT account_no_currency UNIQUE (community_id, no, currency_no),
	CONSTRAINT account_currency FOREIGN KEY(community_id, currency_no) REFERENCES currency (community_id, no),
	CONSTRAINT account_no_positive CHECK (no > 0),
	CONSTRAINT account_frozen CHECK (frozen BETWEEN 0 AND 3),
	CONSTRAINT account_signed_only CHECK (signed_only BETWEEN 0 AND 1),
	CONSTRAINT account_state CHECK (state IN ('open', 'leaving', 'closed')),
	CONSTRAINT account_limits CHECK (floor IS NULL OR ceiling IS NULL OR floor <= ceiling),
	CONSTRAINT account_totals CHECK (debits_held >= 0 AND debits_posted >= 0 AND credits_held >= 0 AND credits_posted >= 0),
	CONSTRAINT account_debits CHECK (debits_held <= 4611686018427387903 - debits_posted),
	CONSTRAINT account_credits CHECK (credits_held <= 4611686018427387903 - credits_posted),
	CONSTRAINT account_version CHECK (version >= 0)
)
 WITH (fillfactor = 70);

CREATE INDEX account_kind ON account (community_id, kind);

CREATE TABLE hold (
	community_id INTEGER NOT NULL,
	id UUID NOT NULL,
	seq BIGINT NOT NULL,
	currency_no INTEGER NOT NULL,
	debit_no BIGINT NOT NULL,
	credit_no BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	expires_at BIGINT,
	PRIMARY KEY (community_id, id),
	CONSTRAINT hold_seq UNIQUE (community_id, seq),
	CONSTRAINT hold_debit_currency FOREIGN KEY(community_id, debit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT hold_credit_currency FOREIGN KEY(community_id, credit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT hold_two_accounts CHECK (debit_no <> credit_no),
	CONSTRAINT hold_amount CHECK (amount BETWEEN 0 AND 9007199254740991)
);

CREATE TABLE transfer (
	community_id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	leg INTEGER NOT NULL,
	debit_no BIGINT NOT NULL,
	credit_no BIGINT NOT NULL,
	currency_no INTEGER NOT NULL,
	posted BIGINT NOT NULL,
	held BIGINT NOT NULL,
	reason INTEGER NOT NULL,
	PRIMARY KEY (community_id, seq, leg),
	CONSTRAINT transfer_two_accounts CHECK (debit_no <> credit_no),
	CONSTRAINT transfer_posted CHECK (posted BETWEEN 0 AND 9007199254740991),
	CONSTRAINT transfer_held CHECK (held BETWEEN -9007199254740991 AND 9007199254740991),
	CONSTRAINT transfer_reason CHECK (reason > 0)
);

CREATE FUNCTION ricochet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME USING ERRCODE = '23000'; END $$;

CREATE TRIGGER entry_no_update_delete BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER transfer_no_update_delete BEFORE UPDATE OR DELETE ON transfer
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER transfer_no_truncate BEFORE TRUNCATE ON transfer
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER posting_no_update_delete BEFORE UPDATE OR DELETE ON posting
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON posting
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER hold_no_update_delete BEFORE UPDATE OR DELETE ON hold
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER hold_no_truncate BEFORE TRUNCATE ON hold
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER link_no_update_delete BEFORE UPDATE OR DELETE ON link
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER link_no_truncate BEFORE TRUNCATE ON link
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER claim_no_update_delete BEFORE UPDATE OR DELETE ON claim
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER claim_no_truncate BEFORE TRUNCATE ON claim
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER policy_no_update_delete BEFORE UPDATE OR DELETE ON policy
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER policy_no_truncate BEFORE TRUNCATE ON policy
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER currency_no_update_delete BEFORE UPDATE OR DELETE ON currency
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER currency_no_truncate BEFORE TRUNCATE ON currency
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER checkpoint_no_update_delete BEFORE UPDATE OR DELETE ON checkpoint
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER tree_node_no_update_delete BEFORE UPDATE OR DELETE ON tree_node
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER tree_node_no_truncate BEFORE TRUNCATE ON tree_node
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER community_no_update_delete BEFORE UPDATE OR DELETE ON community
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER community_no_truncate BEFORE TRUNCATE ON community
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE FUNCTION account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.no IS DISTINCT FROM OLD.no
     OR NEW.uid IS DISTINCT FROM OLD.uid
     OR NEW.currency_no IS DISTINCT FROM OLD.currency_no
     OR NEW.kind IS DISTINCT FROM OLD.kind
     OR NEW.form IS DISTINCT FROM OLD.form
     OR NEW.programme IS DISTINCT FROM OLD.programme
     OR NEW.opened_seq IS DISTINCT FROM OLD.opened_seq
     OR NEW.debits_posted < OLD.debits_posted
     OR NEW.credits_posted < OLD.credits_posted
     OR NEW.version < OLD.version
     OR NEW.touched_seq < OLD.touched_seq
     OR NEW.signed_only < OLD.signed_only
  THEN RAISE EXCEPTION 'account: a fixed column changed or a growing one went back' USING ERRCODE = '23000'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER account_guard BEFORE UPDATE ON account
FOR EACH ROW EXECUTE FUNCTION account_guard();

CREATE FUNCTION head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.community_id IS DISTINCT FROM OLD.community_id
     OR NEW.seq < OLD.seq
     OR NEW.ts < OLD.ts
     OR NEW.accounts_opened < OLD.accounts_opened
     OR NEW.sealed_through < OLD.sealed_through
  THEN RAISE EXCEPTION 'head: a fixed column changed or a growing one went back' USING ERRCODE = '23000'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER head_guard BEFORE UPDATE ON head
FOR EACH ROW EXECUTE FUNCTION head_guard();

CREATE FUNCTION memo_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq IS DISTINCT FROM OLD.seq
     OR NEW.salt IS DISTINCT FROM OLD.salt
     OR NEW.text IS DISTINCT FROM OLD.text
  THEN RAISE EXCEPTION 'memo: a fixed column changed or a growing one went back' USING ERRCODE = '23000'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER memo_guard BEFORE UPDATE ON memo
FOR EACH ROW EXECUTE FUNCTION memo_guard();

CREATE TRIGGER account_no_delete BEFORE DELETE ON account
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER account_no_truncate BEFORE TRUNCATE ON account
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER head_no_delete BEFORE DELETE ON head
FOR EACH ROW EXECUTE FUNCTION ricochet_refuse();

CREATE TRIGGER head_no_truncate BEFORE TRUNCATE ON head
FOR EACH STATEMENT EXECUTE FUNCTION ricochet_refuse();

CREATE FUNCTION transfer_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh f
    LEFT JOIN account d ON d.community_id = f.community_id AND d.no = f.debit_no AND d.currency_no = f.currency_no
    LEFT JOIN account c ON c.community_id = f.community_id AND c.no = f.credit_no AND c.currency_no = f.currency_no
    WHERE d.no IS NULL OR c.no IS NULL)
  THEN RAISE EXCEPTION 'transfer between accounts that do not exist in its currency' USING ERRCODE = '23503'; END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER transfer_accounts AFTER INSERT ON transfer REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION transfer_accounts()
