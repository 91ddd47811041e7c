"""Commands chosen at random, skewed to where ledgers go wrong: few accounts, few ids, amounts at the edges, old ids
sent again. What chooses is given: a seeded `random.Random`, or Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from ledger.core.accounts import AccountKind, Form
from ledger.core.commands import COMMANDS, Command, Payee
from ledger.core.policy import Sphere
from tests.model import Second
from tests.scenario import CURRENCIES, MEMBERS, PUBLIC, Scene, signed
from tests.world import DAY, SECOND, uid

Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of some options."""

KINDS = [
    *["pay"] * 12, *["pay_batch"] * 3, *["refund"] * 5, *["reverse"] * 5, *["place_hold"] * 8, *["capture_hold"] * 6,
    *["void_hold"] * 3, *["expire_hold"] * 3, *["issue"] * 4, *["redeem"] * 4, *["move_reserve"] * 2,
    *["exchange_form"] * 4, *["grant"] * 4, *["expire_purse"] * 2, *["charge_fee"] * 2, *["set_line"] * 2,
    "set_ceiling", *["freeze_account"] * 2, "close_account", "leave", *["forfeit"] * 2, *["settle_debt"] * 2,
    "write_off", "add_key", "add_key", "revoke_key",
]  # fmt: skip
"""How often each kind is asked for; the rare ones end or bind accounts."""
TICKS = [1] * 12 + [SECOND] * 6 + [60 * SECOND] * 3 + [DAY, DAY, 12 * DAY]
AMOUNTS = [1, 5, 7, 15, 15, 30, 30, 45, 60, 81, 90, 101]
ODD_AMOUNTS = [0, -1, 2**53 - 1, 2**53]
ACTORS = [uid("teller"), uid("teller"), uid("manager")]
BY_CURRENCY = {code: [uid(n) for n, terms in MEMBERS.items() if terms["currency"] == code] for code in CURRENCIES}
NOTES = [uid("notes"), uid("more notes")]
PURSES = [uid("book purse"), uid("sport purse")]
SHOPS = [uid("bookshop"), uid("stadium")]
DIGITAL = [one for one in BY_CURRENCY["RIV"] if one not in NOTES]
SIDES = {
    "MUT": (BY_CURRENCY["MUT"],) * 2, "RIV": (DIGITAL,) * 2, "HOUR": (BY_CURRENCY["HOUR"],) * 2, "PASS": (PURSES, SHOPS),
}  # fmt: skip
"""Who usually pays whom."""
SOME_OWN = (AccountKind.OPERATOR, AccountKind.SETTLED)
EVERYBODY = [uid(name) for name in MEMBERS]


class Choices:
    """Makes commands; looks at the second ledger to find the edges."""

    def __init__(self, pick: Pick, scene: Scene, model: Second) -> None:
        self.pick = pick
        self.community = scene.community
        self.own = [key for key, (_, kind, _, _) in scene.own.items() if kind in SOME_OWN]
        self.model = model
        self.sent: list[Command] = []

    def tick(self) -> int:
        """How much time passes before the next command, ns."""
        step: int = self.pick(TICKS)
        return step

    def command(self, kind: str = "") -> Command:
        """The next command: a new one, or one of an id that was used before."""
        if self.sent and self.pick(range(12)) == 11:
            old: Command = self.pick(self.sent[-20:])
            return self._other(old) if self.pick([True, False]) else old
        kind = kind or self.pick(KINDS)
        if kind in ("capture_hold", "void_hold", "expire_hold") and not self.model.holds:
            kind = "place_hold"
        command = self._new(kind, uid(f"sent {len(self.sent)}"))
        self.sent.append(command)
        return command

    def _other(self, old: Command) -> Command:
        """Another command under an old id."""
        if self.pick([True, False]):
            # a signature that does not hold is refused before anybody looks at the id
            unsigned: dict[str, Any] = {"signature": None} if "signature" in old.__dataclass_fields__ else {}
            return replace(old, actor=uid("somebody else"), **unsigned)
        return self._new(self.pick(KINDS), old.id)

    def _new(self, kind: str, command_id: UUID) -> Command:
        values = getattr(self, f"_{kind}")()
        command = COMMANDS[kind](id=command_id, community=self.community, actor=self.pick(ACTORS), **values)
        signer = self.model.accounts.get(self._signer(values))
        if signer is not None and "signature" in command.__dataclass_fields__:
            which = self.pick([0, 1, None] if signer["keys"] else [*[None] * 9, 0])
            return command if which is None else signed(command, which)
        return command

    def _signer(self, values: dict[str, Any]) -> Any:
        """The account whose device would sign: that of who gives, in a refund the former payee."""
        moves = self.model.entries.get(values.get("payment"), {}).get("moves", ())
        return moves[0].payee if moves else values.get("payer", values.get("account"))

    # --- parts ---

    def rarely(self, odd: Sequence[Any], usual: Sequence[Any]) -> Any:
        """Mostly one of the usual."""
        return self.pick(odd if self.pick(range(12)) == 11 else usual)

    def _amount(self, account: UUID | None = None) -> int:
        a = self.model.accounts.get(account)
        edges = []
        if a is not None and a["floor"] is not None:
            left = a["in"] - a["out"] - a["held out"] - a["floor"]
            edges = [left, left + 1]
        amount: int = self.rarely([*ODD_AMOUNTS, *edges], AMOUNTS)
        return amount

    def _pair(self) -> dict[str, Any]:
        currency = self.pick(["MUT", "MUT", "RIV", "RIV", "HOUR", "PASS"])
        payers, payees = SIDES[currency]
        if currency == "RIV" and self.pick(range(4)) == 3:
            payers = payees = NOTES
        payer = self.rarely([*EVERYBODY, *self.own, uid("nobody")], payers)
        payee = self.rarely([*EVERYBODY, *self.own, payer], [one for one in payees if one != payer])
        said = self.rarely(["EUR", "NONE", *CURRENCIES], [currency])
        return {"payer": payer, "payee": payee, "currency": said, "amount": self._amount(payer)}

    def _about(self) -> dict[str, Any]:
        return {
            "sphere": self.rarely([None], list(Sphere)),
            "activity": self.rarely(["\n", "board", ""], ["books", "sport"]),
        }

    def _approver(self) -> dict[str, Any]:
        return {"approver": self.rarely([None, *ACTORS], [None, uid("treasurer"), uid("treasurer")])}

    def _account(self, *names: Sequence[UUID]) -> dict[str, Any]:
        usual = [account for some in names for account in some] or EVERYBODY
        return {"account": self.rarely([*EVERYBODY, *self.own, uid("nobody")], usual)}

    def _recent(self, known: Sequence[Any]) -> Any:
        return self.rarely([uid("nothing"), uid("setup found")], list(known)[-6:] or [uid("nothing")])

    # --- kinds ---

    def _pay(self) -> dict[str, Any]:
        order = self._pair()
        deal = self.rarely([order["amount"], order["amount"] + 9, order["amount"] - 1], [None])
        return {**order, **self._about(), "deal": deal}

    def _pay_batch(self) -> dict[str, Any]:
        lines = [self._pair() for _ in range(self.rarely([0], [1, 2, 3]))]
        first = lines[0] if lines else self._pair()
        payees = []
        for n, line in enumerate(lines):
            payee = line["payee"] if n == 0 else self.pick(BY_CURRENCY.get(first["currency"], EVERYBODY))
            payees.append(Payee(payee, line["amount"]))
        return {"payer": first["payer"], "currency": first["currency"], "payees": tuple(payees), **self._about()}

    def _refund(self) -> dict[str, Any]:
        paid = [key for key, entry in self.model.entries.items() if entry["kind"] in ("pay", "capture_hold")]
        payment = self._recent(paid if self.pick(range(8)) else list(self.model.entries))
        moves = self.model.entries.get(payment, {}).get("moves", ())
        left = [moves[0].posted, moves[0].posted + 1] if moves else []
        return {"payment": payment, "amount": self.pick([None, None, 1, *left, *AMOUNTS[:5], self._amount()])}

    def _reverse(self) -> dict[str, Any]:
        return {
            "entry": self._recent(list(self.model.entries)), "force": self.pick([False, False, True]), **self._approver()
        }  # fmt: skip

    def _place_hold(self) -> dict[str, Any]:
        return {**self._pair(), **self._about(), "seconds": self.rarely([-1, 10**9], [0, 1, 60, 86_400])}

    def _hold(self) -> Any:
        waiting = [key for key, hold in self.model.holds.items() if not hold["end"]]
        return self._recent(waiting if self.pick(range(4)) else list(self.model.holds))

    def _capture_hold(self) -> dict[str, Any]:
        hold = self._hold()
        known = self.model.holds.get(hold)
        edges = [known["amount"], known["amount"] + 1] if known else []
        return {"hold": hold, "amount": self.pick([None, None, *edges, *AMOUNTS[:4], self._amount()])}

    def _void_hold(self) -> dict[str, Any]:
        return {"hold": self._hold()}

    _expire_hold = _void_hold

    def _issue(self) -> dict[str, Any]:
        order = self._account(BY_CURRENCY["RIV"])
        amount = self._amount()
        euros = self.rarely([amount - 1, amount + 1], [amount])
        currency = self.rarely(["MUT", "NONE"], ["RIV"])
        return {**order, "currency": currency, "amount": amount, "euros": euros, **self._approver()}

    def _redeem(self) -> dict[str, Any]:
        currency = self.pick(["RIV", "RIV", "PASS", "MUT"])
        order = self._account(BY_CURRENCY[currency])
        amount = self._amount(order["account"])
        invoice = self.rarely([""], ["1", "2", "3", "4", "5", "6"])
        return {**order, "currency": currency, "amount": amount, "invoice": invoice, **self._approver()}

    def _move_reserve(self) -> dict[str, Any]:
        euros = self.rarely([0, -(2**53)], [20, 5, 90, -1, -5, -20])
        currency = self.rarely(["MUT", "NONE"], ["RIV"])
        return {"currency": currency, "form": self.pick(list(Form)), "euros": euros, **self._approver()}

    def _exchange_form(self) -> dict[str, Any]:
        ends = [self.pick(NOTES), self.pick(BY_CURRENCY["RIV"])]
        payer, payee = ends if self.pick([True, False]) else ends[::-1]
        currency = self.rarely(["MUT", "PASS"], ["RIV"])
        payee = self.rarely([uid("m0"), *self.own], [payee])
        return {"payer": payer, "payee": payee, "currency": currency, "amount": self._amount(payer)}

    def _grant(self) -> dict[str, Any]:
        once = self.pick([None, None, *[bytes([n]) * 32 for n in range(4)]])
        return {**self._account(PURSES), "amount": self._amount(), "once": once}

    def _expire_purse(self) -> dict[str, Any]:
        return self._account(PURSES)

    def _charge_fee(self) -> dict[str, Any]:
        order = self._account()
        return {**order, "amount": self._amount(order["account"]), "purpose": self.rarely([""], ["dues"])}

    def _set_line(self) -> dict[str, Any]:
        return {**self._account(), "line": self.rarely([-1, 201, 2**53], [0, 0, 20, 100, 200])}

    def _set_ceiling(self) -> dict[str, Any]:
        return {**self._account(), "ceiling": self.rarely([-1, 0], [None, None, 60, 300])}

    def _freeze_account(self) -> dict[str, Any]:
        stuck = [a for a in EVERYBODY if self.model.accounts[a]["debits"] or self.model.accounts[a]["credits"]]
        debits, credits_ = (False, False) if stuck else self.pick([(True, False), (False, True), (True, True)])
        return {**self._account(stuck), "debits": debits, "credits": credits_}

    def _leave(self) -> dict[str, Any]:
        return self._account()

    def _close_account(self) -> dict[str, Any]:
        return self._account()

    def _write_off(self) -> dict[str, Any]:
        owing = [a for a in EVERYBODY if self.model.accounts[a]["in"] < self.model.accounts[a]["out"]]
        return {**self._account(owing), **self._approver()}

    def _forfeit(self) -> dict[str, Any]:
        return self._account([a for a in EVERYBODY if self.model.accounts[a]["state"] == "leaving"])

    def _settle_debt(self) -> dict[str, Any]:
        order = self._account(BY_CURRENCY["MUT"])
        a = self.model.accounts.get(order["account"])
        debt = a["out"] - a["in"] if a else 1
        return {**order, "amount": self.pick([debt, debt + 1, self._amount()])}

    def _add_key(self) -> dict[str, Any]:
        return self._revoke_key() if self.pick([True, False]) else {**self._account(), "key": self.pick(PUBLIC)}

    def _revoke_key(self) -> dict[str, Any]:
        enrolled = [a for a in EVERYBODY if self.model.accounts[a]["keys"]]
        return {**self._account(enrolled), "key": self.pick(PUBLIC)}
