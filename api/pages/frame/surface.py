"""A surface: what one kind of person does in the browser, as one folder of `api.pages`."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse


@dataclass(frozen=True, slots=True)
class Surface:
    """`name` is its folder. With a `home` it stands in the navigation of whoever has `action`, first fit first."""

    name: str
    router: APIRouter
    home: str = ""
    title: str = ""
    """A msgid: write `later("Wallet")`."""
    action: str | None = None
    """Of `permissions.TABLE`; None with `public` for everybody."""
    public: bool = False
    icon: str = ""


def page_router() -> APIRouter:
    """A router of pages: not part of the API's description."""
    return APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
