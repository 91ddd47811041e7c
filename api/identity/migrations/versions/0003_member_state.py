"""What became of each membership, and when. The SQL beside this file is frozen."""

from alembic import op

from ledger.store.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
