"""`/wallet/code`: a code that stays, for a counter or a market stall: who scans it types the amount and pays."""

from __future__ import annotations

from starlette.responses import Response

from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.pages.wallet.mine import holdings, member_of, read_id

router = page_router()


@router.get("/wallet/code")
def code(visit: Visit = page("members.me")) -> Response:
    """The code of one of the accounts that can be paid, to show or to print."""
    some = [each for each in holdings(visit) if each.can_receive]
    named = read_id(visit.request.query_params.get("account", ""))
    held = next((each for each in some if each.account.uid == named), some[0] if some else None)
    begin = visit.use.identity.public_url or str(visit.request.base_url).rstrip("/")
    return visit.show(
        "wallet/code.html", mine=member_of(visit), held=held, some=some,
        address="" if held is None else f"{begin}/wallet/pay/{held.account.uid}",
    )  # fmt: skip
