"""An association's own dues and colleges, members who leave, a map that is looked at first. The SQL beside this is frozen."""

from alembic import op

from ledger.store.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
