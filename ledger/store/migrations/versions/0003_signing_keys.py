"""A community may have had several signing keys: each stands with the entry that named it, the first with entry 1."""

from alembic import op

from ledger.store.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run(op.get_bind(), __file__)
