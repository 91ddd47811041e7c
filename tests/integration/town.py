"""A ledger with people: one community, its currency, members with accounts, keys and telephones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.devices import DeviceState, Enrolled
from api.identity.keys import NewKey
from api.identity.people import Member, Profile
from api.identity.principal import Principal, Role, Scope
from api.identity.service import Identity
from ledger.community.membership import MemberKind
from ledger.core import commands as c
from ledger.core import signing
from ledger.core.accounts import AccountKind, Model
from ledger.core.journal import Receipt
from ledger.core.policy import Policy
from ledger.service import Ledger, new_id, open_ledger

START = 1_790_000_000 * 10**9
SECOND = 10**9
DAY = 86_400 * SECOND
MASTER = bytes(range(32))
POLICY = Policy(default_line=1_000)


class Clock:
    """Time as the test tells it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


class Town:
    """One community; `identity` and `ledger` are the real ones."""

    def __init__(self, ledger: Ledger, clock: Clock, code: str = "RIV", policy: Policy = POLICY) -> None:
        self.ledger, self.clock = ledger, clock
        self.identity = Identity(
            ledger, master_key=MASTER, public_url="https://riv.example", clock=clock, recheck=0
        )
        self.community = ledger.found_community(code)
        self.do(c.DefineCurrency, code=code, scale=2, model=Model.MUTUAL, policy=policy)
        self.currency = code

    def do(self, what: type[c.Command], /, **fields: Any) -> Receipt:
        """Submit a command that must succeed."""
        fields.setdefault("actor", UUID(int=7))
        return self.ledger.submit(what(id=new_id(), community=self.community, **fields))

    def member(self, name: str, kind: MemberKind = MemberKind.PERSON, **more: Any) -> Member:
        """A member with one account."""
        profile = Profile(name=name, kind=kind, **more)
        made, _ = self.identity.people.create(self.community, new_id(), profile)
        self.open(made.id, AccountKind(kind.value))
        return self.identity.people.get(self.community, made.id)

    def open(self, member: UUID, kind: AccountKind = AccountKind.PERSON) -> UUID:
        """One more account of a member."""
        account = new_id()
        self.do(c.OpenAccount, account=account, currency=self.currency, kind=kind)
        self.identity.account_opened(self.community, member, account)
        return account

    def principal(
        self, *roles: Role, member: Member | None = None, community: UUID | None = None
    ) -> Principal:
        """A caller with every scope."""
        return Principal(
            member.id if member else new_id(), community or self.community, frozenset(roles),
            frozenset(scope.value for scope in Scope), member.id if member else None,
            frozenset(member.accounts) if member else frozenset(),
        )  # fmt: skip

    def key(self, *roles: Role, member: Member | None = None) -> NewKey:
        """An API key with some roles, for a member if one is given."""
        admin = self.principal(Role.PLATFORM_ADMIN, Role.OPERATOR)
        owner = member.id if member else None
        return self.identity.keys.create(admin, self.community, frozenset(roles), owner=owner)

    def enrol(self, member: Member, phone: Phone, label: str = "telephone") -> Enrolled:
        """A device with a code of its own."""
        code, _ = self.identity.devices.invite(self.community, member.id, new_id())
        return self.identity.devices.enrol(code, phone.public_key, label)

    def letting_in(self, signer: Phone, enrolled: Enrolled) -> list[c.AddKey]:
        """What one telephone signs so that another may sign."""
        devices = self.identity.devices
        return [
            signer.sign(
                c.AddKey(
                    id=new_id(), community=self.community, actor=enrolled.member.id, account=account.uid,
                    key=enrolled.device.public_key,
                )
            )
            for account in devices.awaited(self.community, enrolled.device)
        ]  # fmt: skip

    def let_in(self, signer: Phone, enrolled: Enrolled) -> DeviceState:
        """One telephone lets another in."""
        commands = self.letting_in(signer, enrolled)
        return self.identity.devices.approve(self.community, enrolled.device, commands).state

    def who(self, token: str) -> Principal | None:
        """Whom a token belongs to."""
        return asyncio.run(self.identity.authenticate(token))

    def frozen(self, account: UUID) -> int:
        """What an account refuses now."""
        return self.ledger.reader.account(self.community, account).frozen

    def balance(self, account: UUID) -> int:
        """Posted balance, minor units."""
        return self.ledger.reader.account(self.community, account).balance

    def pay(self, payer: Member, payee: Member, amount: int, **more: Any) -> c.Pay:
        """A payment between first accounts; not submitted."""
        fields = {"id": new_id(), "actor": payer.id, "currency": self.currency, **more}
        return c.Pay(
            community=self.community,
            payer=payer.accounts[0],
            payee=payee.accounts[0],
            amount=amount,
            **fields,
        )


S = TypeVar("S", c.Pay, c.AddKey)


class Phone:
    """A device with a key of its own."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, command: S) -> S:
        """The command with the device's signature."""
        value = self._key.sign(signing.signing_input(command, self.public_key))
        return replace(command, signature=c.Signature(self.public_key, value))


@contextmanager
def open_town(url: str, **more: Any) -> Iterator[Town]:
    """A town on an empty database."""
    clock = Clock()
    with open_ledger(url, clock=clock, master_key=MASTER) as ledger:
        yield Town(ledger, clock, **more)
