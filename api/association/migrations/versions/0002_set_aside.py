"""Alerts that were looked at. The SQL beside this file is frozen."""

from alembic import op

from ledger.store.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
