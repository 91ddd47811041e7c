"""Pages: HTML for people, one folder a surface, beside the API's routes and with the same rules.

A page finds out who asks (a session), whether they may (the action of `permissions.TABLE`), calls what the API's routes
call, and renders. A new surface is one line here; its pages then appear in the navigation and in the generated tests.
"""

from __future__ import annotations

from fastapi import FastAPI

from api.pages.desk import routers_members, routers_money, routers_rules, today
from api.pages.frame import files, problem
from api.pages.frame.guard import Elsewhere, StepUp
from api.pages.frame.site import Pages
from api.pages.frame.surface import Surface
from api.pages.frame.texts import later
from api.pages.observatory import files as observed_files
from api.pages.observatory import funded
from api.pages.observatory import pages as observing
from api.pages.pay import asking, receipt
from api.pages.signin import account, entering, home, passkeys
from api.pages.till import changing, day, refunding, register, tellers, watching
from api.pages.wallet.routers import HOME, ROUTERS
from api.settings import Settings

SURFACES: tuple[Surface, ...] = (
    Surface("frame", files.router),
    Surface("till", register.router, home="/till", title=later("Till"), action="till.use", icon="keypad"),
    Surface("till", watching.router),
    Surface("till", tellers.router),
    Surface("till", day.router),
    Surface("till", refunding.router),
    Surface("till", changing.router),
    Surface("wallet", HOME, home="/wallet", title=later("Wallet"), action="members.me", icon="purse"),
    *(Surface("wallet", each) for each in ROUTERS),
    Surface(
        "observatory", observing.router, home="/observatory", title=later("Observatory"), action="observatory.compare",
        public=True, icon="chart",
    ),
    Surface("observatory", observed_files.router),
    Surface("observatory", funded.router),
    Surface("desk", today.router, home="/desk", title=later("Desk"), action="desk.read", icon="building"),
    *(Surface("desk", each) for each in routers_money.ROUTERS),
    *(Surface("desk", each) for each in routers_members.ROUTERS),
    *(Surface("desk", each) for each in routers_rules.ROUTERS),
    Surface("pay", asking.router),
    Surface("pay", receipt.router),
    Surface("signin", home.router),
    Surface("signin", entering.router),
    Surface("signin", passkeys.router),
    Surface("signin", account.router),
)
"""Every surface. The order is that of the navigation; the first that somebody may enter is where they begin."""


def install(app: FastAPI, settings: Settings) -> None:
    """Add the pages to an application; `app.state.pages.open` gives them their secret when it starts."""
    app.state.pages = Pages(SURFACES, settings)
    app.state.problem_page = problem
    app.add_exception_handler(Elsewhere, problem.elsewhere)
    app.add_exception_handler(StepUp, problem.step_up)
    for surface in SURFACES:
        app.include_router(surface.router)
