"""What the commands share: the database, the settings they read, and how failures are told."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer
from typer.core import TyperGroup

from ledger.analytics.report.checking import BadReport
from ledger.analytics.source.beside import BesideError
from ledger.analytics.source.facts import FactsError
from ledger.core.accounts import Currency
from ledger.core.errors import Code, LedgerError, Rejected
from ledger.core.merkle import ProofError
from ledger.interchange.csv_map import MapError
from ledger.interchange.names import NamesError
from ledger.interchange.policy_file import PolicyFileError
from ledger.service import Ledger, open_ledger
from ledger.store.archive import BadArchive

REFUSED, COULD_NOT_RUN = 1, 2
DEFAULT_DATABASE = "sqlite:///ricochet.db"
_CANNOT_RUN = (
    LedgerError, MapError, NamesError, PolicyFileError, ProofError, BesideError, BadReport, FactsError, OSError,
    UnicodeDecodeError,
)  # fmt: skip

Community = Annotated[str, typer.Argument(help="Code of the community.", metavar="COMMUNITY")]
CurrencyCode = Annotated[str, typer.Argument(help="Code of the currency.", metavar="CURRENCY")]


class Commands(TyperGroup):
    """Every failure of a command is one sentence on stderr and an exit code: 1 refused, 2 could not run."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (Rejected, BadArchive) as refused:
            fail(str(refused), REFUSED)
        except _CANNOT_RUN as error:
            fail(_sentence(error), COULD_NOT_RUN)


def _sentence(error: Exception) -> str:
    """What the system says of a file begins with a number; people want its name."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"cannot open {error.filename}: {error.strerror}; check the name and who may read it"
    return str(error)


def fail(sentence: str, code: int) -> NoReturn:
    """Say why on stderr and leave."""
    typer.echo(f"ricochet: {sentence}", err=True)
    raise typer.Exit(code)


def options(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            help="sqlite:///file or postgresql://host/name; else RICOCHET_DATABASE, else sqlite:///ricochet.db."
        ),
    ] = None,
) -> None:
    """Run a ledger for local currencies."""
    context.obj = database or _setting("DATABASE") or DEFAULT_DATABASE


def _setting(name: str) -> str:
    """RICOCHET_<name>, or what the file named by RICOCHET_<name>_FILE says."""
    place = os.environ.get(f"RICOCHET_{name}_FILE")
    return (
        Path(place).read_text(encoding="utf-8").strip() if place else os.environ.get(f"RICOCHET_{name}", "")
    )


def master_key() -> bytes | None:
    """RICOCHET_MASTER_KEY as bytes, if it is set."""
    text = _setting("MASTER_KEY")
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if text and len(key) != 32:
        fail("RICOCHET_MASTER_KEY must be 32 bytes in base 64", COULD_NOT_RUN)
    return key or None


@contextmanager
def opened(context: typer.Context, *, read_only: bool = False, migrate: bool = False) -> Iterator[Ledger]:
    """The ledger of `--database`, closed at the end."""
    ledger = open_ledger(context.obj, read_only=read_only, migrate=migrate, master_key=master_key())
    try:
        yield ledger
    finally:
        ledger.close()


def community_named(ledger: Ledger, code: str) -> UUID:
    """A community's id by its code. Raises Rejected."""
    return ledger.reader.community(code).uid


def currency_named(ledger: Ledger, community: UUID, code: str) -> Currency:
    """A community's currency by its code. Raises Rejected."""
    for unit in ledger.reader.currencies(community):
        if unit.code == code:
            return unit
    raise Rejected(Code.CURRENCY_NOT_FOUND, f"no currency {code} here; define it first", "currency")
