"""The ledger's first tables. The SQL beside this file is frozen; later changes are later revisions."""

from alembic import op

from ledger.store.migrations import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run(op.get_bind(), __file__)
