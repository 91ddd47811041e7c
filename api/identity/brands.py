"""How a community's pages look: two colours, a logo, a time zone. Kept here; `api.pages` makes a style sheet of it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete, insert, select

from api.identity.errors import invalid
from api.identity.records import Records
from api.identity.schema import brand

LARGEST_LOGO = 65_536
LOGO_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""What a logo may be, by how its file begins. No SVG: it could carry a program."""
_COLOUR = re.compile(r"#[0-9a-f]{6}|", re.ASCII)


@dataclass(frozen=True, slots=True)
class Brand:
    """`accent` and `second` are #rrggbb, or "" for ours. `changed_at` (ns) names the version of style sheet and logo."""

    accent: str = ""
    second: str = ""
    logo: bytes | None = None
    logo_type: str = ""
    timezone: str = "Europe/Paris"
    changed_at: int = 0


class Brands:
    """The brands of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def get(self, community: UUID) -> Brand:
        """A community's brand; ours where it has none."""
        with self._records.read() as connection:
            row = connection.execute(select(brand).where(brand.c.community == community)).first()
        if row is None:
            return Brand()
        logo = None if row.logo is None else bytes(row.logo)
        return Brand(row.accent, row.second, logo, row.logo_type, row.timezone, row.changed_at)

    def put(self, community: UUID, wanted: Brand) -> Brand:
        """Keep a brand. Raises Refused (422) for what cannot be one; `logo_type` is found from the logo."""
        for field, colour in (("accent", wanted.accent), ("second", wanted.second)):
            if not _COLOUR.fullmatch(colour):
                raise invalid(field, "must look like #1d6f5c, or be empty")
        if wanted.timezone not in available_timezones():
            raise invalid("timezone", "must be a zone such as Europe/Paris")
        kept = replace(wanted, logo_type=_type_of(wanted.logo), changed_at=self._records.clock())
        with self._records.write() as connection:
            connection.execute(delete(brand).where(brand.c.community == community))
            connection.execute(insert(brand).values(community=community, **asdict(kept)))
        return kept


def _type_of(logo: bytes | None) -> str:
    if logo is None:
        return ""
    if len(logo) > LARGEST_LOGO:
        raise invalid("logo", f"must have at most {LARGEST_LOGO // 1024} KB; save it smaller")
    for start, kind in LOGO_TYPES.items():
        if logo.startswith(start):
            return kind
    raise invalid("logo", "must be a PNG, JPEG or WebP picture")
