"""The first tables of an association's life. The SQL beside this file is frozen; later changes are later revisions."""

from alembic import op

from ledger.store.migrations import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the script of the engine."""
    run(op.get_bind(), __file__)
