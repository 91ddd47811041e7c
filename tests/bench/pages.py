"""What somebody with a cheap phone waits for: the first pages in Chromium, four times slower, over a slow mobile line.

The line is that of Chromium's own preset "slow 4G". Every visit has an empty cache.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from api.edge import logs
from api.identity.principal import Role
from tests.browser.chromium import ARGUMENTS, program
from tests.browser.live import Live, live
from tests.browser.person import PHONE

SLOW_4G = {
    "offline": False, "latency": 150, "downloadThroughput": 0.9 * 1_600_000 / 8, "uploadThroughput": 0.9 * 750_000 / 8,
}  # fmt: skip
SLOWER = 4
LIMIT_KB, LIMIT_MS = 100, 1_000
"""The budget of a first page."""
FIRST = (
    ("/", None), ("/till", Role.MERCHANT), ("/wallet", Role.MEMBER), ("/desk", Role.OPERATOR), ("/observatory", Role.REGION_READER),
)  # fmt: skip
_PAINT = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
  .observe({type: "largest-contentful-paint", buffered: true}))"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit: bytes over the line, ms until the largest thing stands, ms until everything is there."""

    sent: int
    painted: float
    loaded: float


def measure(folder: Path, rounds: int) -> None:
    """Print a line for each first page: medians of so many visits, and the budget."""
    logs.set_up("error")
    with live(f"sqlite:///{folder / 'pages.db'}") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        print(f"first pages, CPU {SLOWER} times slower, slow 4G, empty cache; medians of {rounds} visits; ", end="")
        print(f"budget {LIMIT_KB} KB and {LIMIT_MS} ms")
        print(f"{'':<60}{'KB':>12}{'painted ms':>12}{'loaded ms':>12}")
        homes = {"/", *(surface.home for surface in town.pages.surfaces)}
        for path, role in (first for first in FIRST if first[0] in homes):
            found = [_visit(browser, town, path, role) for _ in range(rounds)]
            kilobytes, painted, loaded = (
                statistics.median(_each(found, pick))
                for pick in (lambda v: v.sent / 1_000, lambda v: v.painted, lambda v: v.loaded)
            )
            print(f"{path:<60}{kilobytes:>12.1f}{painted:>12.0f}{loaded:>12.0f}")
        browser.close()


def _each(found: list[Visit], pick: Callable[[Visit], float]) -> list[float]:
    return [pick(one) for one in found]


def _visit(browser: Browser, town: Live, path: str, role: Role | None) -> Visit:
    """Sign in on a fast line, forget every file, then open the page on the slow one."""
    context = browser.new_context(
        base_url=town.address, viewport=PHONE, has_touch=True, service_workers="block"  # type: ignore[arg-type]
    )
    page = context.new_page()
    if role is not None:
        page.goto(town.link(role))
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(lambda url: "/s/" not in url)
        page.goto("about:blank")
    session = context.new_cdp_session(page)
    sent = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal sent
        sent += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", count)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(path, wait_until="load")
    assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"
    painted: float = page.evaluate(_PAINT)
    loaded: float = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    context.close()
    return Visit(sent, painted, loaded)
