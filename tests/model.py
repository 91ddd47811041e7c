"""A second ledger: slow, obvious, made from the rulebook and not from the code that it is compared with.

Each command is a method that names every rule the command breaks, in any order, and the transfers it would make.
"""

from __future__ import annotations

from typing import Any

from ledger.core import commands as c
from ledger.core.accounts import AccountKind as K
from ledger.core.accounts import Model
from ledger.core.errors import Code as C
from ledger.core.policy import Policy, Programme
from tests.model_book import Account, half_up
from tests.model_payments import DAY, PEOPLE, TRADE, Payments

HEIR = {Model.MUTUAL: K.LOSS_FUND, Model.BACKED: K.COMMON_FUND, Model.TIME: K.OPERATOR}


class Second(Payments):
    """Supply, charges and the life of accounts."""

    def issue(self, q: c.Issue, now: int) -> None:
        self._amount(q.amount)
        _, policy = self._currency(q.currency, Model.BACKED)
        account = self._account(q.account)
        self.no(C.CURRENCY_MISMATCH, "account", account["currency"] != q.currency)
        self.no(C.FLOW_NOT_ALLOWED, "account", account["kind"] not in PEOPLE)
        self.no(C.NOT_AT_PAR, "euros", q.euros != q.amount)
        self._four_eyes(policy, q.amount, q)
        self._open(account, "credits")
        self.move(self._euro(K.OUTSIDE, q.currency), self._euro(K.RESERVE, q.currency, account["form"]), q.euros)
        self.move(self._own(q.currency, K.ISSUANCE, account["form"]), account, q.amount, 0, "", "account")

    def redeem(self, q: c.Redeem, now: int) -> None:
        self._amount(q.amount)
        self._text(q.invoice, "invoice", 1)
        model, policy = self._currency(q.currency, Model.BACKED, Model.EARMARKED)
        account = self._account(q.account)
        self.no(C.CURRENCY_MISMATCH, "account", account["currency"] != q.currency)
        self.no(C.FLOW_NOT_ALLOWED, "account", account["kind"] not in TRADE)
        self._four_eyes(policy, q.amount, q)
        self._open(account, "debits")
        self.no(C.ALREADY_CLAIMED, "invoice", (q.account, q.invoice) in self.claimed)
        self.then.append((self.claimed, (q.account, q.invoice), True))
        if model is Model.EARMARKED:
            return self.move(account, self._own(q.currency, K.SETTLED), q.amount, 0, "account")
        reserve = self._euro(K.RESERVE, q.currency, account["form"])
        commission = half_up(q.amount, policy.commission_bp)
        gift = min(half_up(q.amount, policy.commission_gift_bp), commission)
        self.move(account, self._own(q.currency, K.ISSUANCE, account["form"]), q.amount, 0, "account")
        for kind, euros in ((K.OUTSIDE, q.amount - commission), (K.OPERATOR, commission - gift), (K.COMMON_FUND, gift)):
            self.move(reserve, self._euro(kind, q.currency), euros, 0, "currency")

    def move_reserve(self, q: c.MoveReserve, now: int) -> None:
        self.no(C.INVALID_FIELD, "euros", not 0 < abs(q.euros) < 2**53)
        _, policy = self._currency(q.currency, Model.BACKED)
        self._four_eyes(policy, abs(q.euros), q)
        ends = self._euro(K.OUTSIDE, q.currency), self._euro(K.RESERVE, q.currency, q.form)
        payer, payee = ends if q.euros > 0 else ends[::-1]
        self.move(payer, payee, abs(q.euros), 0, "euros")

    def exchange_form(self, q: c.ExchangeForm, now: int) -> None:
        self._amount(q.amount)
        self.no(C.SAME_ACCOUNT, "payee", q.payer == q.payee)
        self._currency(q.currency, Model.BACKED)
        payer, payee = self._account(q.payer, "payer"), self._account(q.payee, "payee")
        for account, field in ((payer, "payer"), (payee, "payee")):
            self.no(C.CURRENCY_MISMATCH, field, account["currency"] != q.currency)
            self.no(C.FLOW_NOT_ALLOWED, field, account["kind"] not in PEOPLE)
        self.no(C.FORM_MISMATCH, "payee", payer["form"] is payee["form"])
        self._signed(payer, q)
        self._open(payer, "debits", "payer")
        self._open(payee, "credits", "payee")
        gone, made = (self._own(q.currency, K.ISSUANCE, a["form"]) for a in (payer, payee))
        self.move(payer, gone, q.amount, 0, "payer")
        self.move(made, payee, q.amount, 0, "", "payee")
        source, target = (self._euro(K.RESERVE, q.currency, a["form"]) for a in (payer, payee))
        self.move(source, target, q.amount, 0, "currency")

    def _programme(self, q: Any) -> tuple[Account, Programme, Account]:
        purse = self._account(q.account)
        _, policy = self._of(purse, Model.EARMARKED)
        self.no(C.FLOW_NOT_ALLOWED, "account", purse["kind"] is not K.PURSE)
        programme = policy.programme(purse["programme"]) or Programme(code="", budget=0)
        return purse, programme, self._own(purse["currency"], K.FUNDER, owner=programme.code)

    def grant(self, q: c.Grant, now: int) -> None:
        self._amount(q.amount)
        purse, programme, funder = self._programme(q)
        self._open(purse, "credits")
        self.no(C.WINDOW_PASSED, "account", 0 < programme.ends_at <= now)
        if q.once is not None:
            self.no(C.ALREADY_CLAIMED, "once", q.once in self.claimed)
            self.then.append((self.claimed, q.once, True))
        self.move(funder, purse, q.amount, 0, "amount", "account")

    def expire_purse(self, q: c.ExpirePurse, now: int) -> None:
        purse, programme, funder = self._programme(q)
        left = purse["in"] - purse["out"] - purse["held out"]
        self.no(C.NOTHING_TO_DO, "account", left <= 0)
        self.no(C.TOO_EARLY, "account", not 0 < programme.ends_at <= now)
        self.move(purse, funder, left, 0, "account")

    # --- charges and leaving ---

    def _person(self, q: Any, *models: Model) -> tuple[Account, Policy]:
        account = self._account(q.account)
        _, policy = self._of(account, *models)
        self.no(C.FLOW_NOT_ALLOWED, "account", account["kind"] not in PEOPLE)
        return account, policy

    def charge_fee(self, q: c.ChargeFee, now: int) -> None:
        self._amount(q.amount)
        self._text(q.purpose, "purpose", 1)
        account, policy = self._person(q, *HEIR)
        self.no(C.OFF_STEP, "amount", q.amount % policy.step)
        self._open(account, "debits")
        self._fee(account, q.amount, policy, "account")

    def leave(self, q: c.Leave, now: int) -> None:
        account, policy = self._person(q, *HEIR)
        self.no(C.ACCOUNT_CLOSED, "account", account["state"] == "closed")
        self.no(C.ACCOUNT_LEAVING, "account", account["state"] == "leaving")
        for term, value in (("state", "leaving"), ("floor", 0), ("until", now + policy.spend_down_days * DAY)):
            self.then.append((account, term, value))

    def forfeit(self, q: c.Forfeit, now: int) -> None:
        account, _ = self._person(q, *HEIR)
        left = account["in"] - account["out"] - account["held out"]
        self.no(C.NOTHING_TO_DO, "account", account["state"] != "leaving" or left <= 0)
        self.no(C.TOO_EARLY, "account", now < account["until"])
        heir = HEIR.get(self.models[account["currency"]], K.OPERATOR)
        self.move(account, self._own(account["currency"], heir, account["form"]), left, 0, "account")

    def settle_debt(self, q: c.SettleDebt, now: int) -> None:
        self._amount(q.amount)
        account, _ = self._person(q, Model.MUTUAL)
        debt = account["out"] - account["in"]
        self.no(C.ACCOUNT_CLOSED, "account", account["state"] == "closed")
        self.no(C.NOTHING_TO_DO, "account", debt <= 0)
        self.move(self._own(account["currency"], K.SETTLED), account, q.amount, 0, "", "account")
        if not self.broken:
            self._limits(q, now)
        self.no(C.OVER_CEILING, "amount", q.amount > debt)

    def write_off(self, q: c.WriteOff, now: int) -> None:
        account, policy = self._person(q, Model.MUTUAL, Model.TIME)
        debt = account["out"] - account["in"]
        self._four_eyes(policy, debt, q)
        self.no(C.NOTHING_TO_DO, "account", debt <= 0)
        self.forced = True
        code = account["currency"]
        if self.models[code] is Model.TIME:
            return self.move(self._own(code, K.OPERATOR), account, debt, 0, "", "account")
        fund = self._own(code, K.LOSS_FUND)
        borne = min(debt, max(fund["in"] - fund["out"] - fund["held out"], 0))
        self.move(fund, account, borne, 0, "", "account")
        self.move(self._own(code, K.LOSS), account, debt - borne, 0, "", "account")

    # --- accounts ---

    def _held(self, q: Any) -> Account:
        account = self._account(q.account)
        self.no(C.FLOW_NOT_ALLOWED, "account", account["kind"] not in PEOPLE | {K.PURSE})
        self.no(C.ACCOUNT_CLOSED, "account", account["state"] == "closed" and q.name != "revoke_key")
        return account

    def set_line(self, q: c.SetLine, now: int) -> None:
        self.no(C.INVALID_FIELD, "line", not 0 <= q.line < 2**53)
        account = self._held(q)
        model, policy = self._of(account)
        cap = policy.line_cap if model in (Model.MUTUAL, Model.TIME) else 0
        self.no(C.LINE_ABOVE_CAP, "line", cap is not None and q.line > cap)
        self.then.append((account, "floor", -q.line))

    def set_ceiling(self, q: c.SetCeiling, now: int) -> None:
        self.no(C.INVALID_FIELD, "ceiling", q.ceiling is not None and not 0 <= q.ceiling < 2**53)
        self.then.append((self._held(q), "ceiling", q.ceiling))

    def freeze_account(self, q: c.FreezeAccount, now: int) -> None:
        account = self._held(q)
        self.then += [(account, "debits", q.debits), (account, "credits", q.credits)]

    def close_account(self, q: c.CloseAccount, now: int) -> None:
        account = self._held(q)
        self.no(C.ACCOUNT_NOT_EMPTY, "account", account["in"] != account["out"] or account["held in"] or account["held out"])
        self.then.append((account, "state", "closed"))

    def add_key(self, q: c.AddKey, now: int) -> None:
        account = self._held(q)
        self.no(C.ALREADY_EXISTS, "key", q.key in account["keys"])
        self._signed(account, q)
        self.no(C.TOTAL_TOO_LARGE, "key", len(account["keys"]) >= 16)
        self.then += [(account, "keys", [*account["keys"], q.key]), (account, "signed", True)]

    def revoke_key(self, q: c.RevokeKey, now: int) -> None:
        account = self._held(q)
        self.no(C.NOTHING_TO_DO, "key", q.key not in account["keys"])
        self.then.append((account, "keys", [key for key in account["keys"] if key != q.key]))
