"""PostgreSQL: rows of accounts have room for the next version of every neighbour, and guards cost nothing where
nothing is wrong. SQLite plans and stores otherwise, and stays as it is."""

from alembic import op

from ledger.store.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        run(connection, __file__)
