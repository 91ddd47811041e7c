"""`ricochet`: the operator's commands, and the server."""

from __future__ import annotations

from typing import Annotated

import typer
from fastapi import FastAPI

from api import settings as environment
from api.association import migrations as association_migrations
from api.cli.doors import register as register_signin
from api.cli.keys import keys_app
from api.cli.office import key_app, member_app
from api.deps import Services
from api.identity import migrations as identity_migrations
from api.reporting import facts_of
from api.serving import serve as run
from ledger.__main__ import app as app
from ledger.cli import keeping, report
from ledger.core.errors import LedgerError
from ops.demo.cli import register as register_demo

COULD_NOT_RUN = 2

keeping.BESIDES += [identity_migrations.upgrade, association_migrations.upgrade]
app.add_typer(member_app, name="member")
app.add_typer(key_app, name="api-key")
app.add_typer(keys_app, name="server-key")
# as they were called at first: one letter apart
app.add_typer(key_app, name="key", hidden=True)
app.add_typer(keys_app, name="keys", hidden=True)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; also RICOCHET_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on, 0 for a free one; also RICOCHET_PORT.")
    ] = None,
    database: Annotated[str | None, typer.Option(help="sqlite:///file or postgresql://host/name.")] = None,
) -> None:
    """Start the HTTP API; stops on SIGTERM once open requests are answered."""
    given = database or (context.parent.params.get("database") if context.parent else None) or None
    try:
        settings = environment.load(host=host, port=port, database=given)
        environment.master_key(settings)
        run(settings, _ready)
    except environment.BadSettings as error:
        typer.echo(f"ricochet: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from None


def _ready(api: FastAPI, where: str) -> None:
    """One line; at the first start on an empty database, the key that nothing else can make, once."""
    services: Services = api.state.services
    typer.echo(f"Ricochet is ready at {where}")
    try:
        token = services.identity.first_key()
    except LedgerError as error:  # the next start says it
        typer.echo(f"ricochet: {error}", err=True)
        return
    if token is not None:
        typer.echo(FIRST_START.format(token=token, where=where))


register_signin(app)
register_demo(app)
report.facts_of = lambda ledger, community: facts_of(ledger.reader, community)


FIRST_START = """
This database is new. Here is the key of its platform administrator; it is shown once, so keep it safe:

    {token}

Next, found a community, then make keys for those who run it:

    curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
         -d '{{"code": "RIV", "name": "Rivage"}}' {where}/v1/communities
    curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
         -d '{{"roles": ["operator"], "label": "office"}}' '{where}/v1/keys?community=RIV'
"""


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
