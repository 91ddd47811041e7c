"""What the two of an exchange let each other know while it lasts. The SQL beside this file is frozen."""

from alembic import op

from ledger.store.migrations import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
