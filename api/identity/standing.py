"""What every device of a member may do now, and the keys that sign for a member without being one of the devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.identity.devices import Device, Devices, Standing, standing_of
from api.identity.people import People
from ledger.core.accounts import Account
from ledger.service import Ledger
from ledger.store.reader import MOST


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key (32 bytes) that signs for accounts of a member and is no device of the member's that is in force.

    Somebody put it there before the first device was enrolled, or a revocation did not come to its end.
    """

    member: UUID
    key: bytes
    accounts: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Devices with what each may do, revoked ones too."""

    devices: Sequence[Standing]
    unknown: Sequence[UnknownKey]


class Standings:
    """Compares the tables of devices with the ledger."""

    def __init__(self, people: People, devices: Devices, ledger: Ledger) -> None:
        self._people = people
        self._devices = devices
        self._ledger = ledger

    def of(self, community: UUID, member: UUID | None = None) -> Overview:
        """Of one member or, with None, of everybody. Raises Refused (404) for nobody."""
        held = self._everybody(community) if member is None else self._one(community, member)
        devices = self._devices.of(community, member)
        return Overview(
            [standing_of(each, held.get(each.member, ())) for each in devices], _unknown(devices, held)
        )

    def _one(self, community: UUID, member: UUID) -> dict[UUID, Sequence[Account]]:
        accounts = self._people.get(community, member).accounts
        with self._ledger.reader.snapshot() as seen:
            return {member: [seen.account(community, uid) for uid in accounts]}

    def _everybody(self, community: UUID) -> dict[UUID, Sequence[Account]]:
        with self._ledger.reader.snapshot() as seen:
            known: dict[UUID, Account] = {}
            after = 0
            while page := seen.accounts(community, after_no=after, limit=MOST):
                known |= {account.uid: account for account in page}
                after = page[-1].no
        return {
            owner: [known[uid] for uid in accounts if uid in known]
            for owner, accounts in self._people.everybodys_accounts(community).items()
        }


def _unknown(devices: Sequence[Device], held: Mapping[UUID, Sequence[Account]]) -> list[UnknownKey]:
    in_force = {(each.member, each.public_key) for each in devices if each.revoked_at is None}
    found: dict[tuple[UUID, bytes], tuple[UUID, ...]] = {}
    for owner, accounts in held.items():
        for account in accounts:
            for key in account.keys:
                if (owner, key) not in in_force:
                    found[owner, key] = (*found.get((owner, key), ()), account.uid)
    return [UnknownKey(owner, key, accounts) for (owner, key), accounts in found.items()]
