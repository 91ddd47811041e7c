"""The second ledger's payments, corrections and holds (tests/model.py)."""

from __future__ import annotations

from typing import Any

from ledger.core import commands as c
from ledger.core.accounts import AccountKind as K
from ledger.core.accounts import Model
from ledger.core.errors import Code as C
from tests.model_book import Account, Book, Key, Move, half_up

DAY = 24 * 3600 * 10**9
PEOPLE = {K.PERSON, K.BUSINESS, K.ASSOCIATION, K.PUBLIC}
TRADE = {K.BUSINESS, K.ASSOCIATION, K.PUBLIC}
OWN = {K.OPERATOR, K.COMMON_FUND, K.LOSS_FUND}
REAL = (Model.MUTUAL, Model.BACKED, Model.TIME, Model.EARMARKED)
CORRECTABLE = {
    "pay", "pay_batch", "capture_hold", "issue", "redeem", "grant", "expire_purse", "charge_fee", "exchange_form",
    "forfeit", "settle_debt", "write_off", "move_reserve",
}  # fmt: skip


def _flows(model: Model, payer: K, payee: K) -> bool:
    """Who may pay whom."""
    if model is Model.EARMARKED:
        return payer is K.PURSE and payee in TRADE
    if model is Model.MUTUAL and (payer, payee) == (K.OPERATOR, K.SETTLED):
        return True
    return {payer, payee} <= PEOPLE | OWN and (model, payer) != (Model.BACKED, K.PUBLIC)


class Payments(Book):
    """Value among members."""

    # --- payments ---

    def pay(self, q: c.Pay, now: int) -> None:
        self._text(q.activity, "activity")
        if q.deal is not None:
            self.no(C.INVALID_FIELD, "deal", not q.amount <= q.deal < 2**53)
            self.no(C.WRONG_MODEL, "deal", self.models.get(q.currency) is Model.TIME)
        payer, payee = self._both(q, q.payee, q.amount, now)
        self.move(payer, payee, q.amount, 0, "payer", "payee")
        self._payment_fee(payee, q.amount, "payee")

    def pay_batch(self, q: c.PayBatch, now: int) -> None:
        self.no(C.EMPTY_BATCH, "payees", not q.payees)
        self.no(C.BATCH_TOO_LARGE, "payees", len(q.payees) > 8_190)
        for n, line in enumerate(q.payees):
            payer, payee = self._both(q, line.account, line.amount, now, f"payees[{n}].")
            self.move(payer, payee, line.amount, 0, "payer", f"payees[{n}]")
            self._payment_fee(payee, line.amount, f"payees[{n}]")

    def place_hold(self, q: c.PlaceHold, now: int) -> None:
        self._text(q.activity, "activity")
        self.no(C.INVALID_FIELD, "seconds", not 0 <= q.seconds <= 10 * 366 * 86_400)
        payer, payee = self._both(q, q.payee, q.amount, now)
        self.move(payer, payee, 0, q.amount, "payer", "payee")
        until = now + q.seconds * 10**9 if q.seconds else None
        hold = {"payer": payer, "payee": payee, "amount": q.amount, "until": until, "end": None}
        self.then.append((self.holds, q.id, hold))

    def _both(self, q: Any, to: Key, amount: int, now: int, line: str = "") -> tuple[Account, Account]:
        self._text(q.activity, "activity")
        self._amount(amount, f"{line}amount")
        self.no(C.SAME_ACCOUNT, f"{line}payee", q.payer == to)
        model, policy = self._currency(q.currency, *REAL)
        payer, payee = self._account(q.payer, "payer"), self._account(to, f"{line}payee")
        for account, field in ((payer, "payer"), (payee, f"{line}payee")):
            self.no(C.CURRENCY_MISMATCH, field, account["currency"] != q.currency)
        self.no(C.FORM_MISMATCH, f"{line}payee", payer["form"] is not payee["form"])
        respend = policy.merchants_respend and payer["kind"] in {K.BUSINESS, K.ASSOCIATION} and payee["kind"] in TRADE
        self.no(C.FLOW_NOT_ALLOWED, f"{line}payee", not respend and not _flows(model, payer["kind"], payee["kind"]))
        self.no(C.OFF_STEP, f"{line}amount", amount % policy.step)
        self.no(C.SPHERE_REQUIRED, "sphere", policy.spheres and q.sphere is None)
        self.no(C.NOT_CREDITED, "activity", q.activity in policy.not_credited)
        if payer["kind"] is K.PURSE:
            self._purse(payer, payee, q.activity, amount, now, line)
        self._signed(payer, q)
        self._open(payer, "debits", "payer")
        self._open(payee, "credits", f"{line}payee")
        return payer, payee

    def _purse(self, purse: Account, payee: Account, activity: str, amount: int, now: int, line: str) -> None:
        programme = self.policies[purse["currency"]].programme(purse["programme"])
        assert programme is not None
        if programme.sectors:
            self.no(C.PURSE_SEALED, f"{line}payee", not set(programme.sectors) & set(payee["sectors"]))
            self.no(C.PURSE_SEALED, "activity", activity not in programme.sectors)
        self.no(C.PURSE_SEALED, f"{line}amount", 0 < programme.single_use < amount)
        self.no(C.WINDOW_PASSED, "payer", 0 < programme.ends_at <= now)
        self.no(C.TOO_EARLY, "payer", now < programme.starts_at)

    def _payment_fee(self, payee: Account, amount: int, field: str) -> None:
        policy = self.policies[payee["currency"]]
        if payee["kind"] in PEOPLE:
            self._fee(payee, half_up(amount, policy.payment_fee_bp), policy, field)

    def refund(self, q: c.Refund, now: int) -> None:
        if q.amount is not None:
            self._amount(q.amount)
        entry = self.entries.get(q.payment)
        self.no(C.ENTRY_NOT_FOUND, "payment", entry is None)
        self.no(C.NOT_REVERSIBLE, "payment", entry is not None and entry["kind"] not in ("pay", "capture_hold"))
        if entry is None or entry["kind"] not in ("pay", "capture_hold"):
            return
        main, *fees = entry["moves"]
        payer, payee = self.accounts[main.payer], self.accounts[main.payee]
        left = main.posted - entry["refunded"]
        amount = left if q.amount is None else q.amount
        self.no(C.OFF_STEP, "amount", q.amount and q.amount % self.policies[payer["currency"]].step)
        self._signed(payee, q)
        self._open(payee, "debits", "payment")
        self._open(payer, "credits", "payment", leaving_too=True)
        self.no(C.ALREADY_REVERSED, "payment", entry["reversed"])
        self.no(C.ALREADY_REFUNDED, "payment", left == 0)
        self.no(C.REFUND_EXCEEDS_PAYMENT, "amount", amount > left)
        self.move(payee, payer, amount, 0, "payment", "payment")
        total = entry["refunded"] + amount
        for fee in fees:
            back = half_up(fee.posted, total, main.posted) - half_up(fee.posted, entry["refunded"], main.posted)
            self.move(self.accounts[fee.payee], payee, back, 0, "payment", "payment")
        self.then.append((entry, "refunded", total))

    def reverse(self, q: c.Reverse, now: int) -> None:
        entry = self.entries.get(q.entry)
        self.no(C.ENTRY_NOT_FOUND, "entry", entry is None)
        if entry is None:
            return
        moved: list[Move] = [move for move in entry["moves"] if move.posted]
        self.no(C.NOT_REVERSIBLE, "entry", entry["kind"] not in CORRECTABLE or not moved)
        if not moved:
            return
        units = [self.accounts[m.payer]["currency"] for m in moved]
        unit = next((u for u in units if u != "EUR"), "RIV")
        policy = self.policies[unit]
        self._four_eyes(policy, sum(m.posted for m, u in zip(moved, units, strict=True) if u == unit or {*units} == {"EUR"}), q)
        self.no(C.SAME_ACTOR, "actor", q.actor == entry["actor"])
        accounts = [self.accounts[key] for m in moved for key in m[:2]]
        self.no(C.ACCOUNT_CLOSED, "entry", any(a["state"] == "closed" for a in accounts))
        self.no(C.ACCOUNT_FROZEN, "entry", not q.force and any(a["debits"] or a["credits"] for a in accounts))
        self.no(C.ALREADY_REVERSED, "entry", entry["reversed"])
        self.no(C.ALREADY_REFUNDED, "entry", entry["refunded"])
        self.no(C.WINDOW_PASSED, "entry", now > entry["ts"] + policy.reversal_window_days * DAY)
        self.forced = q.force
        for m in moved[::-1]:
            self.move(self.accounts[m.payee], self.accounts[m.payer], m.posted, 0, "entry", "entry")
        self.then.append((entry, "reversed", True))

    # --- holds ---

    def _hold(self, q: Any) -> dict[str, Any] | None:
        hold = self.holds.get(q.hold)
        self.no(C.HOLD_NOT_FOUND, "hold", hold is None)
        for end, code in (("captured", C.HOLD_CAPTURED), ("voided", C.HOLD_VOIDED), ("expired", C.HOLD_EXPIRED)):
            self.no(code, "hold", hold and hold["end"] == end)
        return hold

    def _end(self, hold: dict[str, Any], end: str, amount: int = 0) -> None:
        self.move(hold["payer"], hold["payee"], amount, -hold["amount"], "hold", "hold")
        self.then.append((hold, "end", end))

    def capture_hold(self, q: c.CaptureHold, now: int) -> None:
        if q.amount is not None:
            self._amount(q.amount)
        hold = self._hold(q)
        if hold is None:
            return
        amount = hold["amount"] if q.amount is None else q.amount
        self.no(C.OFF_STEP, "amount", q.amount and q.amount % self.policies[hold["payer"]["currency"]].step)
        self._open(hold["payer"], "debits", "hold")
        self._open(hold["payee"], "credits", "hold", leaving_too=True)
        self.no(C.HOLD_EXPIRED, "hold", hold["until"] and now >= hold["until"])
        self.no(C.CAPTURE_EXCEEDS_HOLD, "amount", amount > hold["amount"])
        self._end(hold, "captured", amount)
        self._payment_fee(hold["payee"], amount, "hold")

    def void_hold(self, q: c.VoidHold, now: int) -> None:
        hold = self._hold(q)
        if hold is not None:
            self.no(C.HOLD_EXPIRED, "hold", hold["until"] and now >= hold["until"])
            self._end(hold, "voided")

    def expire_hold(self, q: c.ExpireHold, now: int) -> None:
        hold = self._hold(q)
        if hold is not None:
            self.no(C.HOLD_NOT_EXPIRED, "hold", hold["until"] is None or now < hold["until"])
            self._end(hold, "expired")
