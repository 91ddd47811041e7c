"""Communities in and out: whole, or from the history of another system."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid5

import typer

from ledger.cli.common import Community, currency_named, master_key, opened
from ledger.core.accounts import Model
from ledger.core.commands import DefineCurrency
from ledger.core.errors import Code, Rejected
from ledger.core.policy import Policy
from ledger.interchange.csv_history import Target, collect_names, import_history
from ledger.interchange.csv_lines import RefusedLine
from ledger.interchange.csv_map import read_map
from ledger.interchange.names import community_of
from ledger.interchange.policy_file import PRESETS
from ledger.interchange.spreadsheet import harmless
from ledger.service import OPERATOR, Ledger
from ledger.store.moving import export_community, import_community


def export(
    context: typer.Context,
    community: Community,
    file: Annotated[Path, typer.Argument(help="New file to write.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="The signing key too; asks for a passphrase.")
    ] = False,
) -> None:
    """Write a whole community to a file, readable by its owner only: it holds memos."""
    passphrase = ""
    if with_key:
        passphrase = typer.prompt("Passphrase for the signing key", hide_input=True, confirmation_prompt=True)
    manifest = export_community(context.obj, community, file, passphrase, master_key())
    typer.echo(f"{manifest.code}: {manifest.size} entries, root {manifest.root}")


def import_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A community's file, from `ricochet export`.")] = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Its signing key too; asks for the passphrase.")
    ] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Or a foreign history, for a new community.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="With --csv: TOML that names its columns.")
    ] = None,
    community: Annotated[str, typer.Option(help="With --csv: code of the new community.")] = "",
    currency: Annotated[str, typer.Option(help="With --csv: code of its currency.")] = "",
    model: Annotated[
        Model, typer.Option(help="With --csv: which rules it follows from now on.")
    ] = Model.MUTUAL,
    scale: Annotated[int, typer.Option(help="With --csv: decimals of the currency.")] = 2,
    names: Annotated[Path | None, typer.Option(help="With --csv: who is who; else names-CODE.csv.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="With --csv: refused lines; else refused-CODE.csv.")
    ] = None,
) -> None:
    """Bring in a community that `ricochet export` wrote, or with --csv the history of another system."""
    if file is not None and csv_file is None:
        passphrase = typer.prompt("Passphrase of the signing key", hide_input=True) if with_key else ""
        manifest = import_community(context.obj, file, passphrase, master_key())
        typer.echo(
            f"{manifest.code}: {manifest.size} entries, root {manifest.root}; now run: ricochet verify"
        )
    elif file is None and csv_file is not None and map_file is not None and community and currency:
        names = names or Path(f"names-{community}.csv")
        report = report or Path(f"refused-{community}.csv")
        csv_map = read_map(map_file)
        known = collect_names(csv_file, csv_map, scale, names)
        with opened(context, migrate=True) as ledger, _refusals(report) as refused:
            target = _target(ledger, community, currency, model, scale, community_of(known, community))
            done = import_history(ledger.submit_many, target, csv_file, csv_map, known, refused)
        typer.echo(
            f"{done.lines} lines: {done.imported} imported, {done.replayed} were there, {done.skipped} skipped, "
            f"{done.refused} refused" + (f" (see {report})" if done.refused else "")
        )
        typer.echo(f"{done.accounts} accounts opened; who is who is in {names}: keep it private")
    else:
        raise typer.BadParameter("give a community's file, or --csv with --map, --community and --currency")


def _target(ledger: Ledger, code: str, currency: str, model: Model, scale: int, uid: UUID) -> Target:
    """The new community, or the one that an earlier run with the same table of names has made."""
    known = {each.code: each.uid for each in ledger.reader.communities()}
    if known.get(code, uid) != uid:
        said = f"community {code} exists; take another code, or continue with the --names of its first run"
        raise Rejected(Code.ALREADY_EXISTS, said, "community")
    if code not in known:
        ledger.found_community(code, community=uid)
    if currency not in {unit.code for unit in ledger.reader.currencies(uid)}:
        policy = replace(PRESETS.get(model, Policy()), default_line=None, default_ceiling=None)
        command = DefineCurrency(
            id=uuid5(uid, currency), community=uid, actor=OPERATOR, code=currency, scale=scale, model=model,
            policy=policy,
        )  # fmt: skip
        ledger.submit(command)
    return Target(uid, currency_named(ledger, uid, currency), OPERATOR)


@contextmanager
def _refusals(path: Path) -> Iterator[Callable[[RefusedLine], None]]:
    """Writes refused lines to a CSV, which is made with the first of them."""
    with ExitStack() as stack:
        writers: list[Any] = []

        def write(line: RefusedLine) -> None:
            if not writers:
                file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
                writers.append(csv.writer(file))
                writers[0].writerow(["line", "id", "code", "field", "reason"])
            why = line.why
            writers[0].writerow([line.number, harmless(line.id), why.code.value, why.field, why.detail])

        yield write
