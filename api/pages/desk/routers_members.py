"""The routers of the desk's pages about people, for `api.pages.SURFACES`; a fixed address before one with a member."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.desk import (
    account,
    brand,
    codes,
    debts,
    dues,
    dues_rules,
    dues_taken,
    files,
    leaving,
    leaving_money,
    member,
    members,
    offers,
    territory,
)

ROUTERS: tuple[APIRouter, ...] = (
    members.router, codes.router, dues.router, dues_rules.router, dues_taken.router, offers.router, files.router, leaving.router,
    leaving_money.router, debts.router, territory.router, account.router, member.router, brand.router,
)  # fmt: skip
