"""What the tests of the wallet share."""

from __future__ import annotations

from uuid import UUID

from tests.browser.live import Live
from tests.integration.served import Place, Somebody


def balance(live: Live, account: UUID) -> int:
    """What an account has, minor units."""
    return live.use.ledger.reader.account(live.riv.community, account).balance


def listed(riv: Place, who: Somebody, **profile: object) -> None:
    """Say more of a member."""
    found = riv.use.identity.people.get(riv.community, who.id)
    riv.use.identity.people.change(riv.community, who.id, found.version, dict(profile))
