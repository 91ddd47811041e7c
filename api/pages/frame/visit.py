"""A visit: one request of a page, with who is asking, in which language, what they sent, and how to answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.deps import Caller, Services
from api.identity import tokens
from api.identity.schema import NOBODY
from api.identity.sessions import Session
from api.pages.frame import cookies, form, units
from api.pages.frame.faces import Face
from api.pages.frame.fault import Fault, Misfilled
from api.pages.frame.form import EMPTY, Form, M
from api.pages.frame.texts import say, say_many
from ledger.core.accounts import Currency
from ledger.core.money import MAX_AMOUNT

if TYPE_CHECKING:
    from api.pages.frame.site import Pages

THEMES = ("light", "dark")
SAFE = "/?&=#%:-._~+,"
"""What stands in an address as it is."""


@dataclass(slots=True)
class Visit:
    """What a page's handler is given: `visit: Visit = page("accounts.list")`."""

    request: Request
    use: Services
    pages: Pages
    lang: str
    session: Session | None = None
    _caller: Caller | None = None
    community: UUID = NOBODY
    """Whose face the page wears."""
    form: Form = EMPTY
    fault: Fault | None = None
    """What was wrong with the form, when it is shown again."""
    _guest: str = ""
    _new_guest: bool = False
    _status: int = field(default=200)

    @property
    def caller(self) -> Caller:
        """Who is asking, with the page's action; for functions that the API's routes call."""
        if self._caller is None:
            raise AssertionError("a page for everybody has no caller; name an action in page(...)")
        return self._caller

    @property
    def known(self) -> Caller | None:
        """The caller of an open page, if somebody who has its action is signed in."""
        return self._caller

    @property
    def signed_in(self) -> Session:
        """The session of a page that needs one."""
        assert self.session is not None
        return self.session

    # --- words ---

    def text(self, text: str, **values: object) -> str:
        """A text in the visitor's language; `%(name)s` is filled in."""
        return say(self.lang, text, **values)

    def many(self, one: str, more: str, count: int, **values: object) -> str:
        """A text by number; `%(num)s` is the number."""
        return say_many(self.lang, one, more, count, **values)

    def amount(self, minor: int, unit: Currency, **how: bool) -> str:
        """An amount for a sentence."""
        return units.write_amount(minor, unit, self.lang, **how)

    @property
    def face(self) -> Face:
        """How the community shows itself."""
        return self.pages.faces.of(self.use, self.community)

    def here(self, **changes: str) -> str:
        """The address of this page with some of its query changed; of the form's page after a POST without one."""
        url = self.request.url.include_query_params(**changes)
        return f"{local(url.path)}?{url.query}"

    def back(self) -> str:
        """The page of ours that led here."""
        came = urlsplit(self.request.headers.get("referer", ""))
        if came.netloc != self.request.headers.get("host"):
            return "/"
        return local(came.path) + (f"?{came.query}" if came.query else "")

    # --- what was sent ---

    def read(self, model: type[M]) -> M:
        """The form as a model of `Filled`. Raises Misfilled."""
        return form.read(self.form, model, self.lang)

    def money(self, name: str, unit: Currency, *, zero: bool = False) -> int:
        """The minor units of a field. Raises Misfilled; an amount of 0 only with `zero`."""
        found = units.read_amount(self.form.get(name), unit)
        if found is None:
            example = units.write_amount(90 if unit.scale == 0 else 1250, unit, self.lang)
            raise self.misfilled({name: self.text("Type an amount such as %(example)s.", example=example)})
        if found < 0 or (found == 0 and not zero) or found > MAX_AMOUNT:
            raise self.misfilled({name: self.text("Type an amount above zero.")})
        return found

    def misfilled(self, fields: dict[str, str]) -> Misfilled:
        """The refusal of a form; sentences by field, in the visitor's language: `raise visit.misfilled({...})`."""
        return form.misfilled(self.lang, fields)

    # --- answers ---

    def show(self, template: str, status: int = 0, /, **context: Any) -> Response:
        """A page. `status` 0: that of the fault if there is one, else 200."""
        body = self.pages.render(self, template, context)
        code = status or (self.fault.status if self.fault else 200)
        response = HTMLResponse(body, code)
        self.dress(response)
        return response

    def go(self, path: str, said: str = "") -> Response:
        """On to another page of ours, which says `said` once."""
        response = RedirectResponse(quote(path, safe=SAFE), 303)
        if said:
            self.pages.jar.put(response, cookies.SAID, self.pages.jar.seal(said), cookies.SAID_SECONDS)
        self.dress(response)
        return response

    def said(self) -> str:
        """What the page before wanted to be said; `dress` takes it back."""
        return self.pages.jar.unseal(self.pages.jar.get(self.request, cookies.SAID))

    def dress(self, response: Response) -> None:
        """The headers and cookies of a page's answer."""
        jar, query = self.pages.jar, self.request.query_params
        response.headers.update(self.pages.headers)
        response.headers["content-language"] = self.lang
        if self._new_guest:
            jar.put(response, cookies.GUEST, self._guest)
        if query.get("lang") == self.lang:
            jar.put(response, cookies.LANG, self.lang, cookies.YEAR)
        if query.get("theme") in (*THEMES, "auto"):
            jar.put(response, cookies.THEME, query["theme"], cookies.YEAR)
        if isinstance(response, HTMLResponse) and jar.get(self.request, cookies.SAID):
            jar.drop(response, cookies.SAID)

    @property
    def holder(self) -> str:
        """The value of the cookie that forms and challenges are bound to: the session's, else the guest's."""
        if self.session is not None:
            return self.pages.jar.get(self.request, cookies.SESSION)
        if not self._guest:
            self._guest = self.pages.jar.get(self.request, cookies.GUEST) or tokens.new_secret()
            self._new_guest = self._guest != self.pages.jar.get(self.request, cookies.GUEST)
        return self._guest

    @property
    def csrf(self) -> str:
        """What a form of this page must bring back."""
        return self.pages.jar.csrf(self.holder)

    @property
    def theme(self) -> str:
        """ "light", "dark", or "" for what the browser prefers."""
        chosen = self.request.query_params.get("theme") or self.pages.jar.get(self.request, cookies.THEME)
        return chosen if chosen in THEMES else ""


def local(path: str) -> str:
    """A path that stays with us: a browser takes `//name` and `/\\name` for another host."""
    return "/" + quote(path.lstrip("/\\"), safe=SAFE)
