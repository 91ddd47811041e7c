"""What a reader of the journal asks for, as the address says it: kind, days, a member or an account, a place in the list."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from api.pages.desk.told import KINDS
from api.pages.frame.visit import Visit
from ledger.store.reader import Reader
from ledger.store.searching import Found

MANY = 8
"""Members offered when a name fits several."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FILTERS = ("kind", "from", "to", "who", "member", "account")


@dataclass(slots=True)
class Asked:
    """The filters. `accounts` None: all; `which`: members of whom one must be chosen; `faults`: what could not be taken."""

    reader: Reader
    community: UUID
    kind: str = ""
    first_day: str = ""
    last_day: str = ""
    who: str = ""
    name: str = ""
    """Of the member or account that was chosen."""
    accounts: list[UUID] | None = None
    start: int = 1
    stop: int | None = None
    before: int | None = None
    which: list[tuple[UUID, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, visit: Visit) -> Asked:
        """From the address; what cannot be taken is said, not refused."""
        given = visit.request.query_params
        asked = cls(visit.use.ledger.reader, visit.caller.community)
        asked.query = {name: given[name] for name in FILTERS if given.get(name)}
        asked.kind = given.get("kind", "") if given.get("kind") in KINDS else ""
        asked._days(visit, given)
        asked._party(visit, given)
        asked.before = _number(given.get("before", ""))
        return asked

    @property
    def any(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.query)

    @property
    def first(self) -> str:
        """The address of the list's start."""
        return f"/desk/books?{urlencode(self.query)}" if self.query else "/desk/books"

    def without_party(self, **changes: str) -> str:
        """The address with another member, or none."""
        kept = {name: value for name, value in self.query.items() if name not in ("who", "member", "account")}
        return f"/desk/books?{urlencode(kept | changes)}"

    def search(self, limit: int) -> Found:
        """The entries."""
        if self.which or self.faults:
            return Found([], None)
        ends = [each for each in (self.stop, self.before) if each is not None]
        commands = KINDS[self.kind][1] if self.kind else ()
        return self.reader.search(
            self.community, start=self.start, before=min(ends, default=None), commands=commands, accounts=self.accounts,
            limit=limit,
        )  # fmt: skip

    def _days(self, visit: Visit, given: Mapping[str, str]) -> None:
        zone = ZoneInfo(visit.face.timezone)
        self.first_day, self.last_day = given.get("from", ""), given.get("to", "")
        days = [_day(self.first_day), _day(self.last_day)]
        for day, text in zip(days, (self.first_day, self.last_day), strict=True):
            if text and day is None:
                self.faults.append(visit.text("Type a day such as %(day)s.", day=visit.use.association.dues.today()))
        first, last = days
        if first is not None:
            self.start = self.reader.first_since(self.community, _midnight(first, zone))
        if last is not None:
            self.stop = self.reader.first_since(self.community, _midnight(last + timedelta(days=1), zone))

    def _party(self, visit: Visit, given: Mapping[str, str]) -> None:
        people, account, member = visit.use.identity, _uid(given.get("account", "")), _uid(given.get("member", ""))
        self.who = given.get("who", "").strip()[:80]
        if account is not None:
            found = people.people.owners(self.community, [account]).get(account)
            self.accounts, self.name = [account], found[1] if found else visit.face.name
        elif member is not None:
            known = people.roster.among(self.community, [member]).get(member)
            self.accounts, self.name = (list(known.accounts), known.name) if known else ([], "–")
        elif self.who:
            some = people.roster.page(self.community, query=self.who, limit=MANY + 1)
            if len(some) == 1:
                self.accounts, self.name = list(some[0].accounts), some[0].name
            elif some:
                self.which = [(each.id, each.name) for each in some[:MANY]]
            else:
                self.faults.append(visit.text("Nobody is called that. Try part of the name, or another spelling."))


def _uid(text: str) -> UUID | None:
    plain = text.replace("-", "").lower()
    return UUID(plain) if len(plain) == 32 and set(plain) <= set("0123456789abcdef") else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else None


def _day(text: str) -> date | None:
    if _DAY.fullmatch(text) is None:
        return None
    year, month, day = (int(part) for part in text.split("-"))
    within = 1990 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if within else None


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 10**9
