CREATE TABLE checkpoint (
	community_id INTEGER NOT NULL,
	size INTEGER NOT NULL,
	ts INTEGER NOT NULL,
	root BLOB NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (community_id, size),
	CONSTRAINT checkpoint_root CHECK (length(root) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE claim (
	community_id INTEGER NOT NULL,
	claim BLOB NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (community_id, claim)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE community (
	community_id INTEGER NOT NULL,
	uid BLOB NOT NULL,
	code TEXT NOT NULL,
	founded_ts INTEGER NOT NULL,
	PRIMARY KEY (community_id),
	CONSTRAINT community_uid UNIQUE (uid),
	CONSTRAINT community_code UNIQUE (code),
	CONSTRAINT community_id_positive CHECK (community_id > 0)
)
 STRICT;

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
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE entry (
	community_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	command_id BLOB NOT NULL,
	ts INTEGER NOT NULL,
	effective_at INTEGER NOT NULL,
	command TEXT NOT NULL,
	actor BLOB NOT NULL,
	body BLOB NOT NULL,
	leaf_hash BLOB NOT NULL,
	PRIMARY KEY (community_id, seq),
	CONSTRAINT entry_command_once UNIQUE (community_id, command_id),
	CONSTRAINT entry_seq_positive CHECK (seq > 0),
	CONSTRAINT entry_leaf_hash CHECK (length(leaf_hash) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE head (
	community_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	ts INTEGER NOT NULL,
	frontier BLOB NOT NULL,
	accounts_opened INTEGER NOT NULL,
	sealed_through INTEGER NOT NULL,
	PRIMARY KEY (community_id),
	CONSTRAINT head_seq_positive CHECK (seq > 0)
)
 STRICT;

CREATE TABLE link (
	community_id INTEGER NOT NULL,
	target_seq INTEGER NOT NULL,
	role TEXT NOT NULL,
	ordinal INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	total INTEGER NOT NULL,
	cap INTEGER NOT NULL,
	PRIMARY KEY (community_id, target_seq, role, ordinal),
	CONSTRAINT link_role CHECK (role IN ('resolved', 'reversed', 'refunded')),
	CONSTRAINT link_once CHECK (role = 'refunded' OR ordinal = 1),
	CONSTRAINT link_ordinal CHECK (ordinal > 0),
	CONSTRAINT link_within_cap CHECK (total <= cap)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE memo (
	community_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	salt BLOB NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (community_id, seq)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE open_hold (
	community_id INTEGER NOT NULL,
	id BLOB NOT NULL,
	expires_at INTEGER,
	PRIMARY KEY (community_id, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX open_hold_expiry ON open_hold (expires_at);

CREATE TABLE policy (
	community_id INTEGER NOT NULL,
	currency_no INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	since INTEGER NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (community_id, currency_no, seq)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE posting (
	community_id INTEGER NOT NULL,
	account_no INTEGER NOT NULL,
	version INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	leg INTEGER NOT NULL,
	debits_held INTEGER NOT NULL,
	debits_posted INTEGER NOT NULL,
	credits_held INTEGER NOT NULL,
	credits_posted INTEGER NOT NULL,
	PRIMARY KEY (community_id, account_no, version),
	CONSTRAINT posting_version CHECK (version > 0)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE refusal (
	community_id INTEGER NOT NULL,
	command_id BLOB NOT NULL,
	fingerprint BLOB NOT NULL,
	code TEXT NOT NULL,
	detail TEXT NOT NULL,
	field TEXT NOT NULL,
	ts INTEGER NOT NULL,
	PRIMARY KEY (community_id, command_id)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX refusal_age ON refusal (ts);

CREATE TABLE signing_key (
	community_id INTEGER NOT NULL,
	public_key BLOB NOT NULL,
	wrapped BLOB NOT NULL,
	PRIMARY KEY (community_id)
)
 STRICT;

CREATE TABLE tree_node (
	community_id INTEGER NOT NULL,
	level INTEGER NOT NULL,
	"index" INTEGER NOT NULL,
	hash BLOB NOT NULL,
	PRIMARY KEY (community_id, level, "index"),
	CONSTRAINT tree_node_hash CHECK (length(hash) = 32)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE account (
	community_id INTEGER NOT NULL,
	no INTEGER NOT NULL,
	uid BLOB NOT NULL,
	currency_no INTEGER NOT NULL,
	kind TEXT NOT NULL,
	form TEXT NOT NULL,
	floor INTEGER,
	ceiling INTEGER,
	frozen INTEGER NOT NULL,
	state TEXT NOT NULL,
	spend_until INTEGER NOT NULL,
	programme TEXT NOT NULL,
	sectors BLOB NOT NULL,
	acceptance_bp INTEGER NOT NULL,
	signed_only INTEGER NOT NULL,
	keys BLOB NOT NULL,
	charged_through INTEGER NOT NULL,
	opened_seq INTEGER NOT NULL,
	debits_held INTEGER NOT NULL,
	debits_posted INTEGER NOT NULL,
	credits_held INTEGER NOT NULL,
	credits_posted INTEGER NOT NULL,
	version INTEGER NOT NULL,
	touched_seq INTEGER NOT NULL,
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
 WITHOUT ROWID,
 STRICT;

CREATE INDEX account_kind ON account (community_id, kind);

CREATE TABLE hold (
	community_id INTEGER NOT NULL,
	id BLOB NOT NULL,
	seq INTEGER NOT NULL,
	currency_no INTEGER NOT NULL,
	debit_no INTEGER NOT NULL,
	credit_no INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	expires_at INTEGER,
	PRIMARY KEY (community_id, id),
	CONSTRAINT hold_seq UNIQUE (community_id, seq),
	CONSTRAINT hold_debit_currency FOREIGN KEY(community_id, debit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT hold_credit_currency FOREIGN KEY(community_id, credit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT hold_two_accounts CHECK (debit_no <> credit_no),
	CONSTRAINT hold_amount CHECK (amount BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE transfer (
	community_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	leg INTEGER NOT NULL,
	debit_no INTEGER NOT NULL,
	credit_no INTEGER NOT NULL,
	currency_no INTEGER NOT NULL,
	posted INTEGER NOT NULL,
	held INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	PRIMARY KEY (community_id, seq, leg),
	CONSTRAINT transfer_debit_currency FOREIGN KEY(community_id, debit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT transfer_credit_currency FOREIGN KEY(community_id, credit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT transfer_two_accounts CHECK (debit_no <> credit_no),
	CONSTRAINT transfer_posted CHECK (posted BETWEEN 0 AND 9007199254740991),
	CONSTRAINT transfer_held CHECK (held BETWEEN -9007199254740991 AND 9007199254740991),
	CONSTRAINT transfer_reason CHECK (reason > 0)
)
 WITHOUT ROWID,
 STRICT;

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'append-only table entry'); END;

CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'append-only table entry'); END;

CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE "community_id" = NEW."community_id" AND "seq" = NEW."seq") OR EXISTS (SELECT 1 FROM entry WHERE "community_id" = NEW."community_id" AND "command_id" = NEW."command_id")
BEGIN SELECT RAISE(ABORT, 'append-only table entry'); END;

CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER transfer_no_replace BEFORE INSERT ON transfer WHEN EXISTS (SELECT 1 FROM transfer WHERE "community_id" = NEW."community_id" AND "seq" = NEW."seq" AND "leg" = NEW."leg")
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'append-only table posting'); END;

CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'append-only table posting'); END;

CREATE TRIGGER posting_no_replace BEFORE INSERT ON posting WHEN EXISTS (SELECT 1 FROM posting WHERE "community_id" = NEW."community_id" AND "account_no" = NEW."account_no" AND "version" = NEW."version")
BEGIN SELECT RAISE(ABORT, 'append-only table posting'); END;

CREATE TRIGGER hold_no_update BEFORE UPDATE ON hold
BEGIN SELECT RAISE(ABORT, 'append-only table hold'); END;

CREATE TRIGGER hold_no_delete BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'append-only table hold'); END;

CREATE TRIGGER hold_no_replace BEFORE INSERT ON hold WHEN EXISTS (SELECT 1 FROM hold WHERE "community_id" = NEW."community_id" AND "id" = NEW."id") OR EXISTS (SELECT 1 FROM hold WHERE "community_id" = NEW."community_id" AND "seq" = NEW."seq")
BEGIN SELECT RAISE(ABORT, 'append-only table hold'); END;

CREATE TRIGGER link_no_update BEFORE UPDATE ON link
BEGIN SELECT RAISE(ABORT, 'append-only table link'); END;

CREATE TRIGGER link_no_delete BEFORE DELETE ON link
BEGIN SELECT RAISE(ABORT, 'append-only table link'); END;

CREATE TRIGGER link_no_replace BEFORE INSERT ON link WHEN EXISTS (SELECT 1 FROM link WHERE "community_id" = NEW."community_id" AND "target_seq" = NEW."target_seq" AND "role" = NEW."role" AND "ordinal" = NEW."ordinal")
BEGIN SELECT RAISE(ABORT, 'append-only table link'); END;

CREATE TRIGGER claim_no_update BEFORE UPDATE ON claim
BEGIN SELECT RAISE(ABORT, 'append-only table claim'); END;

CREATE TRIGGER claim_no_delete BEFORE DELETE ON claim
BEGIN SELECT RAISE(ABORT, 'append-only table claim'); END;

CREATE TRIGGER claim_no_replace BEFORE INSERT ON claim WHEN EXISTS (SELECT 1 FROM claim WHERE "community_id" = NEW."community_id" AND "claim" = NEW."claim")
BEGIN SELECT RAISE(ABORT, 'append-only table claim'); END;

CREATE TRIGGER policy_no_update BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'append-only table policy'); END;

CREATE TRIGGER policy_no_delete BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'append-only table policy'); END;

CREATE TRIGGER policy_no_replace BEFORE INSERT ON policy WHEN EXISTS (SELECT 1 FROM policy WHERE "community_id" = NEW."community_id" AND "currency_no" = NEW."currency_no" AND "seq" = NEW."seq")
BEGIN SELECT RAISE(ABORT, 'append-only table policy'); END;

CREATE TRIGGER currency_no_update BEFORE UPDATE ON currency
BEGIN SELECT RAISE(ABORT, 'append-only table currency'); END;

CREATE TRIGGER currency_no_delete BEFORE DELETE ON currency
BEGIN SELECT RAISE(ABORT, 'append-only table currency'); END;

CREATE TRIGGER currency_no_replace BEFORE INSERT ON currency WHEN EXISTS (SELECT 1 FROM currency WHERE "community_id" = NEW."community_id" AND "no" = NEW."no") OR EXISTS (SELECT 1 FROM currency WHERE "community_id" = NEW."community_id" AND "code" = NEW."code")
BEGIN SELECT RAISE(ABORT, 'append-only table currency'); END;

CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'append-only table checkpoint'); END;

CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'append-only table checkpoint'); END;

CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE "community_id" = NEW."community_id" AND "size" = NEW."size")
BEGIN SELECT RAISE(ABORT, 'append-only table checkpoint'); END;

CREATE TRIGGER tree_node_no_update BEFORE UPDATE ON tree_node
BEGIN SELECT RAISE(ABORT, 'append-only table tree_node'); END;

CREATE TRIGGER tree_node_no_delete BEFORE DELETE ON tree_node
BEGIN SELECT RAISE(ABORT, 'append-only table tree_node'); END;

CREATE TRIGGER tree_node_no_replace BEFORE INSERT ON tree_node WHEN EXISTS (SELECT 1 FROM tree_node WHERE "community_id" = NEW."community_id" AND "level" = NEW."level" AND "index" = NEW."index")
BEGIN SELECT RAISE(ABORT, 'append-only table tree_node'); END;

CREATE TRIGGER community_no_update BEFORE UPDATE ON community
BEGIN SELECT RAISE(ABORT, 'append-only table community'); END;

CREATE TRIGGER community_no_delete BEFORE DELETE ON community
BEGIN SELECT RAISE(ABORT, 'append-only table community'); END;

CREATE TRIGGER community_no_replace BEFORE INSERT ON community WHEN EXISTS (SELECT 1 FROM community WHERE "community_id" = NEW."community_id") OR EXISTS (SELECT 1 FROM community WHERE "code" = NEW."code") OR EXISTS (SELECT 1 FROM community WHERE "uid" = NEW."uid")
BEGIN SELECT RAISE(ABORT, 'append-only table community'); END;

CREATE TRIGGER account_guard BEFORE UPDATE ON account WHEN NEW.no IS NOT OLD.no OR NEW.uid IS NOT OLD.uid OR NEW.currency_no IS NOT OLD.currency_no OR NEW.kind IS NOT OLD.kind OR NEW.form IS NOT OLD.form OR NEW.programme IS NOT OLD.programme OR NEW.opened_seq IS NOT OLD.opened_seq OR NEW.debits_posted < OLD.debits_posted OR NEW.credits_posted < OLD.credits_posted OR NEW.version < OLD.version OR NEW.touched_seq < OLD.touched_seq OR NEW.signed_only < OLD.signed_only
BEGIN SELECT RAISE(ABORT, 'account: a fixed column changed or a growing one went back'); END;

CREATE TRIGGER head_guard BEFORE UPDATE ON head WHEN NEW.community_id IS NOT OLD.community_id OR NEW.seq < OLD.seq OR NEW.ts < OLD.ts OR NEW.accounts_opened < OLD.accounts_opened OR NEW.sealed_through < OLD.sealed_through
BEGIN SELECT RAISE(ABORT, 'head: a fixed column changed or a growing one went back'); END;

CREATE TRIGGER memo_guard BEFORE UPDATE ON memo WHEN NEW.seq IS NOT OLD.seq OR NEW.salt IS NOT OLD.salt OR NEW.text IS NOT OLD.text
BEGIN SELECT RAISE(ABORT, 'memo: a fixed column changed or a growing one went back'); END;

CREATE TRIGGER account_no_delete BEFORE DELETE ON account
BEGIN SELECT RAISE(ABORT, 'rows of account stay'); END;

CREATE TRIGGER head_no_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'rows of head stay'); END
