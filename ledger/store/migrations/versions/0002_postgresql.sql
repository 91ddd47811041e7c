ALTER TABLE hold
	DROP CONSTRAINT hold_debit_currency,
	DROP CONSTRAINT hold_credit_currency;

ALTER TABLE account
	DROP CONSTRAINT account_uid,
	DROP CONSTRAINT account_no_currency,
	ADD CONSTRAINT account_uid UNIQUE (uid, community_id),
	ADD CONSTRAINT account_no_currency UNIQUE (no, currency_no, community_id);

ALTER TABLE hold
	ADD CONSTRAINT hold_debit_currency FOREIGN KEY(community_id, debit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	ADD CONSTRAINT hold_credit_currency FOREIGN KEY(community_id, credit_no, currency_no) REFERENCES account (community_id, no, currency_no);

ALTER TABLE account SET (fillfactor = 45);

DROP INDEX account_kind;

CREATE INDEX account_kind ON account (community_id, kind) WHERE kind IN ('common_fund', 'funder', 'issuance', 'loss', 'loss_fund', 'opening', 'operator', 'outside', 'reserve', 'settled');

DROP TRIGGER account_guard ON account;

DROP TRIGGER head_guard ON head;

DROP TRIGGER memo_guard ON memo;

DROP FUNCTION IF EXISTS account_guard();

DROP FUNCTION IF EXISTS head_guard();

DROP FUNCTION IF EXISTS memo_guard();

CREATE OR REPLACE FUNCTION ricochet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: a fixed column changed or a growing one went back', TG_TABLE_NAME USING ERRCODE = '23000'; END $$;

CREATE TRIGGER account_guard BEFORE UPDATE ON account FOR EACH ROW
WHEN (NEW.no IS DISTINCT FROM OLD.no
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
   OR NEW.signed_only < OLD.signed_only)
EXECUTE FUNCTION ricochet_guard();

CREATE TRIGGER head_guard BEFORE UPDATE ON head FOR EACH ROW
WHEN (NEW.community_id IS DISTINCT FROM OLD.community_id
   OR NEW.seq < OLD.seq
   OR NEW.ts < OLD.ts
   OR NEW.accounts_opened < OLD.accounts_opened
   OR NEW.sealed_through < OLD.sealed_through)
EXECUTE FUNCTION ricochet_guard();

CREATE TRIGGER memo_guard BEFORE UPDATE ON memo FOR EACH ROW
WHEN (NEW.seq IS DISTINCT FROM OLD.seq
   OR NEW.salt IS DISTINCT FROM OLD.salt
   OR NEW.text IS DISTINCT FROM OLD.text)
EXECUTE FUNCTION ricochet_guard()
