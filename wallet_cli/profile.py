"""What the wallet remembers that is no secret: where it is enrolled, the keys it trusts, the names it has met."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wallet_cli.amounts import Unit
from wallet_cli.errors import Locked, Misused
from wallet_cli.files import write_private
from wallet_cli.words import _


class Kept(BaseModel):
    """Part of wallet.json."""

    model_config = ConfigDict(extra="ignore")


class KeptUnit(Kept):
    """A currency that was met."""

    scale: int
    model: str = ""


class Enrolment(Kept):
    """This device's place in one community. `vkey` is pinned: receipts are checked against it and nothing else."""

    server: str
    community: str
    code: str
    name: str
    vkey: str
    origin: str
    member: str
    member_name: str
    device: str
    public_key: str
    label: str
    accounts: list[str]
    currencies: dict[str, KeptUnit] = {}
    revoked: bool = False

    def unit(self, code: str, scale: int | None = None) -> Unit:
        """How to write amounts of a currency; `scale` when the caller knows it. Raises KeyError for an unknown one."""
        kept = self.currencies.get(code)
        if kept is None:
            if scale is None:
                raise KeyError(code)
            return Unit(code, scale)
        return Unit(code, kept.scale, kept.model == "time")


class Profile(Kept):
    """The whole of wallet.json."""

    ricochet_wallet: int = 1
    language: str | None = None
    server: str | None = None
    enrolments: list[Enrolment] = []

    def find(self, code: str | None) -> Enrolment:
        """The enrolment in the community of that code, or the only one. Locked or Misused when there is none such."""
        if not self.enrolments:
            raise Locked(
                _(
                    "This wallet is not enrolled. Ask your community for a code, then: ricochet-wallet enroll CODE --server URL"
                ),
                "not_enrolled",
            )
        if code is None and len(self.enrolments) == 1:
            return self.enrolments[0]
        codes = ", ".join(each.code for each in self.enrolments)
        if code is None:
            raise Misused(
                _("This wallet is enrolled in {codes}; say which one with --community.", codes=codes)
            )
        for each in self.enrolments:
            if each.code.lower() == code.lower():
                return each
        raise Misused(
            _("This wallet is not enrolled in {code}; it is enrolled in {codes}.", code=code, codes=codes)
        )

    def by_origin(self, origin: str) -> Enrolment | None:
        """The enrolment whose community signs with this name."""
        return next((each for each in self.enrolments if each.origin == origin), None)


def load(folder: Path) -> Profile:
    """The profile of a wallet folder; an empty one when there is none. Raises Locked when it cannot be read."""
    path = folder / "wallet.json"
    try:
        return Profile.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Profile()
    except (OSError, ValidationError, UnicodeDecodeError):
        raise Locked(
            _("{path} cannot be read: it is damaged. Put it back from a copy, or enrol again.", path=path),
            "damaged",
        ) from None


def save(folder: Path, profile: Profile) -> None:
    """Write the profile."""
    write_private(folder / "wallet.json", profile.model_dump_json(indent=2) + "\n")


# --- names: account id -> name, so that a receipt can say who was paid also without a server ---


def names(folder: Path) -> dict[str, str]:
    """The names that this wallet has met, by account id. A damaged file is as good as none."""
    try:
        found = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def save_names(folder: Path, known: Mapping[str, str]) -> None:
    """Keep these names."""
    write_private(
        folder / "names.json", json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )
