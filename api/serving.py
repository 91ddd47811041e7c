"""The process that serves: one event loop, no proxy, server or date header work, and an orderly end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.edge import logs
from api.identity.passkeys import site_of
from api.settings import BadSettings, Settings
from ledger.core.errors import LedgerError

KEEP_ALIVE = 65
"""Seconds that an idle connection is kept: longer than what sits in front of us keeps its own."""


def bind(settings: Settings) -> socket.socket:
    """The listening socket. Raises BadSettings when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise BadSettings(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another --port"
        ) from error
    return listening


def address(listening: socket.socket) -> str:
    """Where it can be reached, for people."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Says when it is ready; ends open streams first when it is asked to stop."""

    def __init__(self, app: FastAPI, config: uvicorn.Config, say: Callable[[FastAPI], None]) -> None:
        super().__init__(config)
        self._app = app
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the ledger, listen, and say so."""
        await super().startup(sockets)
        if self.started:
            threading.Thread(target=self._app.state.pages.warm, daemon=True).start()
            self._say(self._app)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: no new connections; streams end now, other requests when they are answered."""
        services = getattr(self._app.state, "services", None)
        if services is not None:
            services.hub.close()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # to be told to stop is no failure: uvicorn would raise the signal again


def serve(settings: Settings, say: Callable[[FastAPI, str], None]) -> None:
    """Serve until told to stop. `say` is called once it is ready, with the address. Raises what hindered the start."""
    logs.set_up(settings.log_level)
    listening = bind(settings)
    where = address(listening)
    if not settings.public_url:
        settings = settings.model_copy(update={"public_url": site_of(where).origin})
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=settings.drain_seconds,
        backlog=2_048,
    )
    server = Server(app, config, lambda ready: say(ready, where))
    with listening, suppress(SystemExit):  # uvicorn's way to say that the start failed
        server.run([listening])
    failure: LedgerError | None = getattr(app.state, "failure", None)
    if failure is not None:
        raise failure
