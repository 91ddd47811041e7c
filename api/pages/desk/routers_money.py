"""The desk's pages of money and books."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.desk import approving, books, hours, keys, money, programmes, programmes_people, reserve

ROUTERS: tuple[APIRouter, ...] = (
    money.router, hours.router, reserve.router, approving.router, books.router, keys.router, programmes.router,
    programmes_people.router,
)  # fmt: skip
