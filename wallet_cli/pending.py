"""Payments whose outcome is not known yet: written to the disk before they are sent, removed once answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from wallet_cli.amounts import Unit, write_amount, write_moment
from wallet_cli.errors import Locked
from wallet_cli.files import private_folder, remove, write_private
from wallet_cli.words import _


class Pending(BaseModel):
    """One payment, with the very bytes to send: the same id and the same signature, however often."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ricochet_pending: int = 1
    id: str
    community: str
    path: str
    body: dict[str, Any]
    payer: str
    payee: str
    payee_name: str
    amount: int
    currency: str
    scale: int
    time: bool
    made_at: datetime

    @property
    def unit(self) -> Unit:
        """How to write its amount."""
        return Unit(self.currency, self.scale, self.time)

    def same_as(self, payer: str, payee: str, amount: int, currency: str) -> bool:
        """Whether it moves the same amount between the same accounts."""
        return (self.payer, self.payee, self.amount, self.currency) == (payer, payee, amount, currency)

    def __str__(self) -> str:
        return _(
            "{amount} to {payee}, {moment}",
            amount=write_amount(self.amount, self.unit), payee=self.payee_name, moment=write_moment(self.made_at),
        )  # fmt: skip


def keep(folder: Path, pending: Pending) -> None:
    """On the disk when this returns."""
    write_private(_path(folder, pending.id), pending.model_dump_json(indent=2) + "\n")


def forget(folder: Path, pending: Pending) -> None:
    """Its outcome is known."""
    remove(_path(folder, pending.id))


def all_of(folder: Path, community: str) -> list[Pending]:
    """The unconfirmed payments in a community, oldest first. Raises Locked when one cannot be read."""
    found = []
    for path in sorted((folder / "pending").glob("*.json")):
        try:
            found.append(Pending.model_validate_json(path.read_text(encoding="utf-8")))
        except (OSError, ValidationError, UnicodeDecodeError):
            raise Locked(
                _(
                    "{path} holds an unconfirmed payment and cannot be read. Compare your history before you remove it.",
                    path=path,
                ),
                "damaged",
            ) from None
    return sorted((each for each in found if each.community == community), key=lambda each: each.made_at)


def _path(folder: Path, command_id: str) -> Path:
    return private_folder(folder / "pending") / f"{command_id}.json"
