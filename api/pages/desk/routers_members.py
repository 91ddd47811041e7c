"""The routers of the desk's pages about people, for `api.pages.SURFACES`; a fixed address before one with a member."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.desk import account, brand, dues, files, member, members, offers

ROUTERS: tuple[APIRouter, ...] = (
    members.router, dues.router, offers.router, files.router, account.router, member.router, brand.router,
)  # fmt: skip
