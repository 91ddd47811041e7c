"""People and agreements of every community: the one object that `create_app` makes and routes ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from api.identity.principal import Principal

if TYPE_CHECKING:
    from ledger.service import Ledger


class Identity:
    """Members, keys, devices, requests, webhooks and approvals, kept in the ledger's database beside it."""

    def __init__(
        self, ledger: Ledger, *, master_key: bytes, public_url: str, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Makes or upgrades the tables. `public_url` begins the links that people are given."""
        raise NotImplementedError

    async def authenticate(self, token: str) -> Principal | None:
        """Who a bearer token belongs to; None when it is unknown, expired or revoked. From memory when it can."""
        raise NotImplementedError

    def first_key(self) -> str | None:
        """A platform administrator's token on a database without any key; None when there is one."""
        raise NotImplementedError

    def names(self, community: UUID, accounts: Iterable[UUID]) -> dict[UUID, str]:
        """Names of the members behind accounts; accounts of nobody are left out."""
        raise NotImplementedError

    def owner(self, community: UUID, account: UUID) -> UUID | None:
        """The member an account belongs to."""
        raise NotImplementedError

    def account_opened(self, community: UUID, member: UUID, account: UUID) -> None:
        """Remember a new account as the member's and freeze it as the member's state asks. Raises Refused."""
        raise NotImplementedError
