"""The server's own keys: `ricochet server-key …`. For a server that is not running, or PostgreSQL."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from api import settings as environment
from api.identity import migrations, rewrapping
from ledger.cli.common import COULD_NOT_RUN, Community, community_named, fail, opened
from ledger.service import open_ledger
from ledger.store import keys

keys_app = typer.Typer(
    no_args_is_help=True, help="The server's own keys: those that sign checkpoints, and the master key over them."
)


@keys_app.command("rotate")
def rotate(context: typer.Context, community: Community) -> None:
    """Replace the key that signs a community's checkpoints: the old one signs the new one in, and is erased here."""
    with opened(context) as ledger:
        uid = community_named(ledger, community)
        receipt = ledger.change_signing_key(uid)
        key = ledger.verifier_key(uid)
    typer.echo(f"entry {receipt.seq}: this key signs from now on; publish it, and a checkpoint\n{key}")


@keys_app.command("rotate-master")
def rotate_master(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(
            help="File with the new key, 32 bytes in base 64. SQLite without RICOCHET_MASTER_KEY makes one by itself."
        ),
    ] = None,
) -> None:
    """Bring all that the master key keeps under a new one, or nothing. Start the server again with the new one."""
    try:
        settings = environment.load(database=context.obj)
        old = environment.master_key(settings)
    except environment.BadSettings as error:
        fail(str(error), COULD_NOT_RUN)
    beside = settings.master_key is None
    if beside == (to is not None):
        fail(_WHERE_BESIDE if beside else _WHERE_GIVEN, COULD_NOT_RUN)
    with open_ledger(context.obj, master_key=old) as ledger:  # on SQLite refused while a server runs
        migrations.upgrade(ledger.database.write)
        new = keys.next_master_key(context.obj) if to is None else _read(to)
        if new == old:
            fail("the new master key is the old one; make another", COULD_NOT_RUN)
        done, secrets = ledger.work(
            lambda connection: (keys.rewrap(connection, old, new), rewrapping.rewrap(connection, old, new))
        )
    typer.echo(f"under the new master key: {done.keys} signing keys, {secrets} secrets of web hooks and authenticator apps")
    if beside:
        typer.echo(f"the old one is now {keys.take_next(context.obj)}: keep it as long as backups from before")
    else:
        typer.echo("set RICOCHET_MASTER_KEY to the new one before a server starts; keep the old one for older backups")


_WHERE_BESIDE = "the master key of this database is the file beside it; leave --to out, a new one is made there"
_WHERE_GIVEN = "name the file that holds the new key with --to; make one with `head -c 32 /dev/urandom | base64 > FILE`"


def _read(file: Path) -> bytes:
    try:
        key = b64decode(file.read_text(encoding="ascii").strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != keys.KEY_BYTES:
        fail(f"{file} must hold 32 bytes in base 64", COULD_NOT_RUN)
    return key
