"""Every router of the wallet, for `api.pages.SURFACES`."""

from __future__ import annotations

from api.pages.wallet import (
    asked,
    deals,
    dues,
    exchanges,
    files,
    history,
    home,
    joining,
    leaving,
    more,
    paying,
    places,
    purses,
    reconverting,
    ricochet,
    scanning,
    showing,
    votes,
)

HOME = home.router
ROUTERS = (
    history.router, files.router, paying.router, asked.router, places.router, more.router, exchanges.router, deals.router,
    purses.router, votes.router, reconverting.router, joining.router, ricochet.router,
    scanning.router, dues.router, leaving.router, showing.router,
)  # fmt: skip
