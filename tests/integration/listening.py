"""A real HTTP server that hears webhooks, and short ways to subscribe and deliver."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from api.facts import Facts
from api.identity.hooks import Subscription
from api.webhooks import Deliverer
from ledger.core import commands as c
from ledger.core.accounts import AccountKind
from ledger.service import new_id
from tests.integration.town import Town


class Listener:
    """Hears calls; `answers` are given in their order, then 204."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.heard: list[tuple[dict[str, str], str]] = []
        self.answers: list[int] = []
        self.before_answer: Callable[[], None] = lambda: None

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, as they came."""
        return [headers["webhook-id"] for headers, _ in self.heard]

    @property
    def data(self) -> list[dict[str, Any]]:
        """What they said."""
        return [json.loads(body)["data"] for _, body in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    """A server on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            listener.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            listener.before_answer()
            self.send_response(listener.answers.pop(0) if listener.answers else 204)
            self.send_header("content-length", "0")
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def deliverer(town: Town, private: bool = True) -> Deliverer:
    """One process's."""
    return Deliverer(
        town.identity.hooks, town.identity.people, town.ledger.reader, Facts(town.ledger.reader), clock=town.clock,
        private=private, chance=random.Random(1),
    )  # fmt: skip


def turn(town: Town, private: bool = True) -> bool:
    """One turn of a fresh process."""
    return asyncio.run(deliverer(town, private).turn())


def subscribe(town: Town, listener: Listener, **more: Any) -> tuple[Subscription, str]:
    """A subscription and its secret."""
    made, secret, _ = town.identity.hooks.create(town.community, new_id(), new_id(), listener.url, **more)
    return made, secret


def now(town: Town, one: Subscription) -> Subscription:
    """The subscription as it is."""
    return town.identity.hooks.get(town.community, one.id)


def journal(town: Town, after: int = 0) -> list[str]:
    """The ids of entries after a number."""
    return [str(view.command_id) for view in town.ledger.reader.entries(town.community, after, 1_000)]


def write(town: Town, count: int) -> None:
    """So many more entries."""
    for _ in range(count):
        town.do(c.OpenAccount, account=new_id(), currency="RIV", kind=AccountKind.PERSON)
