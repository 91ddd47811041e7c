"""The server as it runs, in a thread of the test: what browsers see over HTTP, the test may look at and change besides."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import uvicorn

from api.app import create_app
from api.deps import Services
from api.identity.principal import PLATFORM_ROLES, Principal, Role
from api.identity.schema import NOBODY
from api.pages.frame.site import Pages
from api.serving import Server, bind
from tests.integration.served import STAFF, Clock, Place, settings_for

SECONDS = 60


class Live:
    """A running server with the town of `served`: RIV with Ada and Ben, a role's link away. `clock` is the server's."""

    def __init__(self, address: str, use: Services, pages: Pages, clock: Clock) -> None:
        self.clock = clock
        self.address = address
        self.use = use
        self.pages = pages
        self.riv = Place(use, "RIV")
        use.identity.communities.call(self.riv.community, "Rivage")

    def link(self, role: Role, place: Place | None = None, owner: UUID | None = None) -> str:
        """The path of a link that signs in with a role; as member or merchant, the town's own person or firm."""
        where = place or self.riv
        own = {Role.MEMBER: where.ada.id, Role.MERCHANT: where.ben.id}.get(role)
        maker = Role.OPERATOR if own else Role.PLATFORM_ADMIN
        by = Principal(STAFF, None, frozenset({maker}), frozenset())
        community = NOBODY if role in PLATFORM_ROLES else where.community
        key = self.use.identity.keys.create(
            by, community, frozenset({role}), owner=owner or own, label=f"{role.value} of {where.code}"
        ).key
        return "/s/" + self.use.identity.links.make(community, key.id)

    def code(self, member: UUID, place: Place | None = None) -> str:
        """The path of an enrolment link for one device of a member."""
        where = place or self.riv
        return "/e/" + self.use.identity.devices.invite(where.community, member, STAFF)[0]


@contextmanager
def live(database: str) -> Iterator[Live]:
    """A server on an empty database, stopped in the end. Browsers reach it as http://localhost:<port>."""
    settings = settings_for(database, port=0, public_url="")
    listening = bind(settings)
    address = f"http://localhost:{listening.getsockname()[1]}"
    clock = Clock()
    app = create_app(settings.model_copy(update={"public_url": address}), clock=clock)
    ready = threading.Event()
    config = uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", lifespan="on", access_log=False,
                            log_config=None, timeout_graceful_shutdown=2)  # fmt: skip
    server = Server(app, config, lambda _: ready.set())
    running = threading.Thread(target=server.run, args=([listening],), daemon=True)
    running.start()
    try:
        assert ready.wait(SECONDS), getattr(app.state, "failure", "the server did not start")
        yield Live(address, app.state.services, app.state.pages, clock)
    finally:
        services = getattr(app.state, "services", None)
        if services is not None:
            services.hub.close()
        server.should_exit = True
        running.join(SECONDS)
        listening.close()
