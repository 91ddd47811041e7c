"""The operator's command line: `ricochet …`. `api.__main__` adds `serve` and `demo` to `app`.

Exit codes: 0 done; 1 refused, or `verify` found something; 2 could not run. Errors are one sentence on
stderr.
"""

from __future__ import annotations

import typer

from ledger.cli import backup, keeping, moving
from ledger.cli.analyse import analyse
from ledger.cli.common import Commands, options
from ledger.cli.comparing import compare
from ledger.cli.members import account_app, community_app, currency_app
from ledger.cli.report import report

app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.callback()(options)
app.command("init")(keeping.init)
app.add_typer(community_app, name="community")
app.add_typer(currency_app, name="currency")
app.add_typer(account_app, name="account")
app.command("checkpoint")(keeping.checkpoint)
app.command("verify")(keeping.verify)
app.command("jobs")(keeping.jobs)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("export")(moving.export)
app.command("import")(moving.import_)
app.command("report")(report)
app.command("compare")(compare)
app.command("analyse")(analyse)


def main() -> None:
    """The entry point without a server."""
    app(prog_name="ricochet")


if __name__ == "__main__":
    main()
