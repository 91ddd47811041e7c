"""What the tests in the browser may ask for: a browser, a served town on each engine, people with windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.live import Live, live
from tests.browser.person import Person

People = Callable[..., Person]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: Playwright's loop must not outlive it, other tests have loops of their own."""
    try:
        program = chromium.program()
    except chromium.NoChromium as reason:
        pytest.fail(str(reason), pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on SQLite, one a module."""
    path: Path = tmp_path_factory.mktemp("town") / "ricochet.db"
    with live(f"sqlite:///{path}") as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on each engine in turn, one a module; for the journeys."""
    path: Path = tmp_path_factory.mktemp("town") / "ricochet.db"
    url = f"sqlite:///{path}" if request.param == "sqlite" else request.getfixturevalue("module_database")
    with live(url) as running:
        yield running


@pytest.fixture
def people(browser: Browser) -> Iterator[People]:
    """`people(town, lang="fr", phone=False, dark=True)` is somebody with a window.

    In the end no window may have fetched from elsewhere or complained.
    """
    met: list[Person] = []

    def meet(server: Live, *, lang: str = "en", phone: bool = True, dark: bool = False) -> Person:
        met.append(Person(browser, server, lang=lang, phone=phone, dark=dark))
        return met[-1]

    yield meet
    for each in met:
        each.leave()
    for each in met:
        each.check_quiet()
