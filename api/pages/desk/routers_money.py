"""The desk's pages of money and books."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.desk import books, money

ROUTERS: tuple[APIRouter, ...] = (money.router, books.router)
