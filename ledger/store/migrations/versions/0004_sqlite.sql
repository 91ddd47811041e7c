DROP TRIGGER transfer_no_update;

DROP TRIGGER transfer_no_delete;

DROP TRIGGER transfer_no_replace;

DROP TRIGGER account_guard;

ALTER TABLE transfer RENAME TO transfer_before;

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
	debit_version INTEGER NOT NULL,
	debit_before_seq INTEGER NOT NULL,
	debit_before_leg INTEGER NOT NULL,
	debit_balance INTEGER NOT NULL,
	debit_held INTEGER NOT NULL,
	debit_promised INTEGER NOT NULL,
	credit_version INTEGER NOT NULL,
	credit_before_seq INTEGER NOT NULL,
	credit_before_leg INTEGER NOT NULL,
	credit_balance INTEGER NOT NULL,
	credit_held INTEGER NOT NULL,
	credit_promised INTEGER NOT NULL,
	PRIMARY KEY (community_id, seq, leg),
	CONSTRAINT transfer_debit_currency FOREIGN KEY(community_id, debit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT transfer_credit_currency FOREIGN KEY(community_id, credit_no, currency_no) REFERENCES account (community_id, no, currency_no),
	CONSTRAINT transfer_two_accounts CHECK (debit_no <> credit_no),
	CONSTRAINT transfer_posted CHECK (posted BETWEEN 0 AND 9007199254740991),
	CONSTRAINT transfer_held CHECK (held BETWEEN -9007199254740991 AND 9007199254740991),
	CONSTRAINT transfer_reason CHECK (reason > 0),
	CONSTRAINT transfer_versions CHECK (debit_version > 0 AND credit_version > 0),
	CONSTRAINT transfer_before CHECK (debit_before_seq <= seq AND credit_before_seq <= seq)
)
 WITHOUT ROWID,
 STRICT;

INSERT INTO transfer
WITH places AS (
	SELECT posting.*,
		LAG(seq, 1, CAST(0 AS INTEGER)) OVER chain AS before_seq,
		LAG(leg, 1, 0) OVER chain AS before_leg
	FROM posting
	WINDOW chain AS (PARTITION BY community_id, account_no ORDER BY version)
)
SELECT t.*,
	d.version, d.before_seq, d.before_leg, d.credits_posted - d.debits_posted, d.debits_held, d.credits_held,
	c.version, c.before_seq, c.before_leg, c.credits_posted - c.debits_posted, c.debits_held, c.credits_held
FROM transfer_before t
JOIN places d ON d.community_id = t.community_id AND d.seq = t.seq AND d.leg = t.leg AND d.account_no = t.debit_no
JOIN places c ON c.community_id = t.community_id AND c.seq = t.seq AND c.leg = t.leg AND c.account_no = t.credit_no
ORDER BY t.community_id, t.seq, t.leg;

CREATE INDEX transfer_credit_mark ON transfer (community_id, credit_no, credit_version) WHERE credit_version & 63 = 0;

CREATE INDEX transfer_debit_mark ON transfer (community_id, debit_no, debit_version) WHERE debit_version & 63 = 0;

ALTER TABLE account ADD COLUMN moved_seq INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE account ADD COLUMN moved_leg INTEGER DEFAULT 0 NOT NULL;

UPDATE account SET
	moved_seq = (SELECT p.seq FROM posting p
		WHERE p.community_id = account.community_id AND p.account_no = account.no AND p.version = account.version),
	moved_leg = (SELECT p.leg FROM posting p
		WHERE p.community_id = account.community_id AND p.account_no = account.no AND p.version = account.version)
WHERE version > 0;

DROP TABLE transfer_before;

DROP TABLE posting;

CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER transfer_no_replace BEFORE INSERT ON transfer WHEN EXISTS (SELECT 1 FROM transfer WHERE "community_id" = NEW."community_id" AND "seq" = NEW."seq" AND "leg" = NEW."leg")
BEGIN SELECT RAISE(ABORT, 'append-only table transfer'); END;

CREATE TRIGGER account_guard BEFORE UPDATE ON account WHEN NEW.no IS NOT OLD.no OR NEW.uid IS NOT OLD.uid OR NEW.currency_no IS NOT OLD.currency_no OR NEW.kind IS NOT OLD.kind OR NEW.form IS NOT OLD.form OR NEW.programme IS NOT OLD.programme OR NEW.opened_seq IS NOT OLD.opened_seq OR NEW.debits_posted < OLD.debits_posted OR NEW.credits_posted < OLD.credits_posted OR NEW.version < OLD.version OR NEW.touched_seq < OLD.touched_seq OR NEW.signed_only < OLD.signed_only OR NEW.moved_seq < OLD.moved_seq
BEGIN SELECT RAISE(ABORT, 'account: a fixed column changed or a growing one went back'); END
