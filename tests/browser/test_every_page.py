"""Every page that can be looked at: axe finds nothing, nothing is cut off, and a picture of it is kept.

Languages, brightness and sizes are paired so that four looks show every two of them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.identity.permissions import ACTIONS
from api.identity.principal import PLATFORM_ROLES, Role
from tests.browser.live import Live, live
from tests.browser.person import LAPTOP, PHONE, Person
from tests.integration.isolation_samples import things
from tests.pages.listing import Listed, pages
from tests.pages.samples import more_things
from tests.pages.test_isolation import address_of, sample_of

NOT_HTML = (
    "/static/",
    "/brand/",
    "/manifest.webmanifest",
    "/sw.js",
    "/stream",
    ".csv",
    ".xlsx",
    ".pdf",
    ".svg",
    ".json",
)
LOOKS = (("fr", PHONE, "light"), ("fr", LAPTOP, "dark"), ("en", PHONE, "dark"), ("en", LAPTOP, "light"))
ORDER = (
    Role.MEMBER,
    Role.MERCHANT,
    Role.OPERATOR,
    Role.TREASURER,
    Role.AUDITOR,
    Role.REGION_READER,
    Role.PLATFORM_ADMIN,
)
SEEN = [
    page for page in pages()
    if page.method == "GET" and not any(part in page.path for part in NOT_HTML) and sample_of(page).looked_at
]  # fmt: skip


def looker(page: Listed) -> Role | None:
    """Who looks at a page: who its sample says, else the first who may; None for a stranger."""
    sample = sample_of(page)
    if sample.by is not None or page.guard is None or page.guard.public:
        return sample.by
    action = page.guard.action
    return next(role for role in ORDER if action is None or role in ACTIONS[action])


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, dict[str, str]]]:
    """A town with one of everything in it."""
    path: Path = tmp_path_factory.mktemp("furnished") / "ricochet.db"
    with live(f"sqlite:///{path}") as town:
        yield town, more_things(town.riv, things(town.riv))


@pytest.fixture(scope="module")
def windows(browser: Browser, furnished: tuple[Live, dict[str, str]]) -> Iterator[dict[Role | None, Person]]:
    """One window for each role, signed in once."""
    open_ones: dict[Role | None, Person] = {}
    yield open_ones
    for each in open_ones.values():
        each.leave()
    for each in open_ones.values():
        each.check_quiet()


@pytest.mark.parametrize("page", SEEN, ids=lambda page: page.address)
def test_it_can_be_seen_and_heard_by_everybody(
    page: Listed, browser: Browser, furnished: tuple[Live, dict[str, str]], windows: dict[Role | None, Person]
) -> None:
    town, known = furnished
    role = looker(page)
    if role not in windows:
        windows[role] = Person(browser, town)
        if role is not None:
            windows[role].enter(role)
    person, sample = windows[role], sample_of(page)
    asked = [sample.query.format(**known)] if sample.query else []
    if role in PLATFORM_ROLES:
        asked.append("community=RIV")
    address = address_of(page).split(" ")[1].format(**known)
    for lang, size, brightness in LOOKS:
        person.page.set_viewport_size(size)  # type: ignore[arg-type]
        person.page.emulate_media(color_scheme=brightness)  # type: ignore[arg-type]
        person.go(address + "?" + "&".join([*asked, f"lang={lang}"]))
        name = f"{re.sub(r'[{}]', '', page.path).strip('/').replace('/', '-') or 'start'}-{lang}-{brightness}-{size['width']}"
        person.shot(name)
        person.check_axe(name)
        assert person.page.locator("html").get_attribute("lang") == lang
        wide = person.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{name}: the page scrolls sideways by {wide} px"
