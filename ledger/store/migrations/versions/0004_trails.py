"""A transfer holds its two postings, in the journal's order; each names the one that its account had before."""

from alembic import op

from ledger.store.migrations import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run(op.get_bind(), __file__)
