"""The books of the second ledger (tests/model.py): accounts and limits, as plain dictionaries.

It collects every rule that a command breaks and answers with the first in the order of `Code`; it carries the
transfers out on a copy and then looks where the accounts stand. Members' accounts go by uuid, the community's own by
(currency, kind, form, owner). Policies do not change while it runs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from ledger.core.accounts import AccountKind as K
from ledger.core.accounts import Form, Model
from ledger.core.commands import Command
from ledger.core.errors import Code as C
from ledger.core.policy import Policy

RANK = {code: rank for rank, code in enumerate(C)}
CREDIT = {Model.MUTUAL, Model.TIME}
Key = Hashable
Account = dict[str, Any]


class Refusal(NamedTuple):
    """The rules said no."""

    code: C
    field: str


class Move(NamedTuple):
    """One transfer; `fields` are those of the command that brought payer and payee in."""

    payer: Key
    payee: Key
    posted: int
    held: int = 0
    fields: tuple[str, str] = ("", "")


Answer = Refusal | tuple[tuple[Key, Key, int, int], ...]


def half_up(amount: int, numerator: int, denominator: int = 10_000) -> int:
    """A part of an amount, halves rounded up."""
    whole, rest = divmod(amount * numerator, denominator)
    return whole + (2 * rest >= denominator)


def _carry(accounts: dict[Key, Account], move: Move) -> None:
    payer, payee = accounts[move.payer], accounts[move.payee]
    payer["out"] += move.posted
    payer["held out"] += move.held
    payee["in"] += move.posted
    payee["held in"] += move.held


class Book:
    """Currencies with their policies, accounts, holds, entries and claims as dictionaries."""

    def __init__(self, currencies: dict[str, tuple[Model, Policy]]) -> None:
        self.models = {code: model for code, (model, _) in currencies.items()}
        self.policies = {code: policy for code, (_, policy) in currencies.items()}
        self.accounts: dict[Key, Account] = {}
        self.holds: dict[Key, dict[str, Any]] = {}
        self.entries: dict[Key, dict[str, Any]] = {}
        self.claimed: dict[Key, bool] = {}
        self.told: dict[Key, tuple[Command, Answer]] = {}

    def open(self, key: Key, currency: str, kind: K, form: Form, **terms: Any) -> None:
        """An account that exists from the start; `terms`: floor, ceiling, programme, sectors."""
        self.accounts[key] = {
            "key": key, "currency": currency, "kind": kind, "form": form, "floor": 0, "ceiling": None, "state": "open",
            "debits": False, "credits": False, "programme": "", "sectors": (), "keys": [], "signed": False, "until": 0,
            "out": 0, "in": 0, "held out": 0, "held in": 0, **terms,
        }  # fmt: skip

    # --- asking ---

    def submit(self, c: Command, now: int) -> Answer:
        """The transfers of the command, or its refusal; ids are answered once and for all."""
        if c.id in self.told:
            earlier, answer = self.told[c.id]
            return answer if c == earlier else Refusal(C.ID_REUSED, self._difference(c, earlier, answer))
        self.broken: list[Refusal] = []
        self.moves: list[Move] = []
        self.forced = False
        self.then: list[tuple[dict[Any, Any], Any, Any]] = []
        """What changes once everything is allowed: dictionary, key, value."""
        getattr(self, c.name)(c, now)
        if not self.broken:
            self._limits(c, now)
        if self.broken:
            self.told[c.id] = c, min(self.broken, key=lambda one: RANK[one.code])
            return self.told[c.id][1]
        for move in self.moves:
            _carry(self.accounts, move)
        for target, key, value in self.then:
            target[key] = value
        done = tuple(move[:4] for move in self.moves)
        self.told[c.id] = c, done
        self.remember(c, now, self.moves)
        return done

    def remember(self, c: Command, now: int, moves: Sequence[Move] = ()) -> None:
        """What later commands ask about an entry."""
        entry = {"kind": c.name, "actor": c.actor, "ts": now, "moves": moves, "reversed": False, "refunded": 0}
        self.entries[c.id] = entry

    def _difference(self, c: Command, earlier: Command, answer: Answer) -> str:
        if isinstance(answer, Refusal):
            return ""
        if type(c) is not type(earlier):
            return "command"
        return next(f.name for f in fields(c) if getattr(c, f.name) != getattr(earlier, f.name))

    def no(self, code: C, field: str, broken: object = True) -> None:
        """A rule that is broken, or not."""
        if broken:
            self.broken.append(Refusal(code, field))

    def move(self, payer: Account, payee: Account, posted: int, held: int = 0, payer_field: str = "", payee_field: str = "") -> None:
        if posted or held:
            self.moves.append(Move(payer["key"], payee["key"], posted, held, (payer_field, payee_field)))

    def _limits(self, c: Command, now: int) -> None:
        after = {move_key: dict(self.accounts[move_key]) for move in self.moves for move_key in move[:2]}
        touched: dict[Key, str] = {}
        for move in self.moves:
            _carry(after, move)
            touched.setdefault(move.payer, move.fields[0])
            touched.setdefault(move.payee, move.fields[1])
        for key, field in touched.items():
            old, new = self.accounts[key], after[key]
            floor = old["floor"]
            if floor is None or (self.forced and self.models[old["currency"]] in CREDIT):
                continue
            spendable = [a["in"] - a["out"] - a["held out"] for a in (old, new)]
            budget = old["kind"] is K.FUNDER
            self.no(C.BUDGET_EXCEEDED if budget else C.INSUFFICIENT_FUNDS, field, spendable[1] < min(floor, spendable[0]))
        for key, field in touched.items():
            old, new = self.accounts[key], after[key]
            promised = [a["in"] - a["out"] + a["held in"] for a in (old, new)]
            if old["ceiling"] is not None and not self.forced:
                self.no(C.OVER_CEILING, field, promised[1] > max(old["ceiling"], promised[0]))
        for code in [code for code, model in self.models.items() if model is Model.BACKED]:
            for form in Form:
                pair = (code, K.ISSUANCE, form, ""), ("EUR", K.RESERVE, form, code)
                cover = [sum(a[k]["in"] - a[k]["out"] for k in pair) for a in (self.accounts, {**self.accounts, **after})]
                self.no(C.RESERVE_BREACH, "", cover[1] < min(0, cover[0]))

    # --- what many commands ask ---

    def _amount(self, amount: Any, field: str = "amount") -> None:
        self.no(C.INVALID_FIELD, field, type(amount) is not int)
        if type(amount) is int:
            self.no(C.AMOUNT_NOT_POSITIVE, field, amount < 1)
            self.no(C.AMOUNT_TOO_LARGE, field, amount >= 2**53)

    def _text(self, text: str, field: str, shortest: int = 0) -> None:
        self.no(C.INVALID_FIELD, field, not shortest <= len(text) <= 64 or not text.isprintable())

    def _account(self, key: Key, field: str = "account") -> Account:
        self.no(C.ACCOUNT_NOT_FOUND, field, key not in self.accounts)
        return self.accounts.get(key) or self.accounts["EUR", K.OUTSIDE, Form.DIGITAL, "RIV"]

    def _currency(self, code: str, *models: Model) -> tuple[Model, Policy]:
        self.no(C.CURRENCY_NOT_FOUND, "currency", code not in self.models)
        model = self.models.get(code, Model.MIRROR)
        self.no(C.WRONG_MODEL, "currency", model not in models)
        return model, self.policies.get(code, Policy())

    def _of(self, account: Account, *models: Model, field: str = "account") -> tuple[Model, Policy]:
        model = self.models[account["currency"]]
        self.no(C.WRONG_MODEL, field, models and model not in models)
        return model, self.policies[account["currency"]]

    def _own(self, currency: str, kind: K, form: Form = Form.DIGITAL, owner: str = "") -> Account:
        """An account of the community's own; where the currency has none, the command is refused anyway."""
        return self.accounts.get((currency, kind, form, owner)) or self.accounts["EUR", K.OUTSIDE, Form.DIGITAL, "RIV"]

    def _euro(self, kind: K, code: str, form: Form = Form.DIGITAL) -> Account:
        return self._own("EUR", kind, form, code)

    def _open(self, account: Account, side: str, field: str = "account", *, leaving_too: bool = False) -> None:
        self.no(C.ACCOUNT_CLOSED, field, account["state"] == "closed")
        self.no(C.ACCOUNT_FROZEN, field, side and account[side])
        self.no(C.ACCOUNT_LEAVING, field, side == "credits" and account["state"] == "leaving" and not leaving_too)

    def _four_eyes(self, policy: Policy, amount: int, c: Any) -> None:
        over = policy.four_eyes_over
        self.no(C.APPROVAL_REQUIRED, "approver", over is not None and amount > over and c.approver in (None, c.actor))

    def _signed(self, payer: Account, c: Any) -> None:
        self.no(C.SIGNATURE_REQUIRED, "signature", payer["signed"] and c.signature is None)
        self.no(C.SIGNATURE_INVALID, "signature", c.signature is not None and c.signature.key not in payer["keys"])

    def _fee(self, payer: Account, fee: int, policy: Policy, field: str) -> None:
        aside = half_up(fee, policy.fee_reserve_bp)
        self.move(payer, self._own(payer["currency"], K.OPERATOR, payer["form"]), fee - aside, 0, field)
        self.move(payer, self._own(payer["currency"], K.LOSS_FUND, payer["form"]), aside, 0, field)
