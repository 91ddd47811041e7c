"""Somebody with a browser: a window of their own, what it fetched and complained of, and what axe says of its pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from api.identity.principal import Role
from api.pages.frame.cookies import LANG
from tests.browser.live import Live
from tests.integration.served import Place
from tests.tidy import ROOT

SHOTS = ROOT / "build" / "screenshots"
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = Axe()
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""What Chromium says of a page that is a problem; the tests that cause one look at it themselves."""


class Person:
    """One browser window with cookies and keys of its own. `page` is Playwright's."""

    def __init__(
        self, browser: Browser, live: Live, *, lang: str = "en", phone: bool = True, dark: bool = False
    ) -> None:
        self.live = live
        self.context = browser.new_context(
            base_url=live.address, locale={"en": "en-GB", "fr": "fr-FR"}[lang], viewport=PHONE if phone else LAPTOP,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light", has_touch=phone, reduced_motion="reduce",
            timezone_id="Europe/Paris",
        )  # fmt: skip
        self.context.set_default_timeout(8_000)
        self.context.add_cookies([{"name": f"ricochet{LANG}", "value": lang, "url": live.address}])
        self.fetched: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", self._fetch)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self.page: Page = self.context.new_page()

    def _fetch(self, request: Request) -> None:
        self.fetched.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _EXPECTED.match(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def go(self, path: str) -> None:
        """Open a page of the server."""
        self.page.goto(path)

    def enter(self, role: Role, place: Place | None = None) -> None:
        """Sign in by a link."""
        self.go(self.live.link(role, place))
        self.page.locator("main form button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/s/" not in url)

    def enrol(self, member: Any, place: Place | None = None) -> None:
        """Let this browser in as a device of a member (`Somebody.id`); it then pays by signature."""
        self.go(self.live.code(member, place))
        self.page.locator("form[data-enrol] button[type=submit]").click()
        self.page.wait_for_url("**/welcome")

    def authenticator(self) -> None:
        """Give this window a device that makes and uses passkeys, whose holder is there."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        how = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        session.send("WebAuthn.addVirtualAuthenticator", {"options": how})

    def shot(self, name: str) -> None:
        """Keep a picture of the whole page in build/screenshots, for people."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def check_axe(self, where: str = "") -> None:
        """Fail with what axe finds on the page as it stands."""
        results = _AXE.run(
            self.page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        )
        assert not results.response["violations"], f"{where or self.page.url}\n{results.generate_report()}"

    def check_quiet(self) -> None:
        """Fail when the window fetched from another host, or the browser complained (of the CSP, of a script)."""
        foreign = [
            url
            for url in self.fetched
            if urlsplit(url).scheme in ("http", "https") and not _is_ours(url, self.live.address)
        ]
        assert not foreign, f"pages fetch from other hosts: {foreign}"
        assert not self.complaints, self.complaints

    def downloaded(self, press: Any) -> Path:
        """The file that pressing something downloads."""
        with self.page.expect_download() as waiting:
            press()
        return Path(waiting.value.path())

    def leave(self) -> None:
        """Close the window."""
        self.context.close()


def _is_ours(url: str, address: str) -> bool:
    return urlsplit(url).port == urlsplit(address).port and urlsplit(url).hostname in (
        "localhost",
        "127.0.0.1",
    )
