"""When the books were checked, and what was found. The SQL beside this file is frozen."""

from alembic import op

from ledger.store.migrations import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
