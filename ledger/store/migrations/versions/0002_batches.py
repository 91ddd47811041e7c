"""PostgreSQL: rows of accounts have room for the next version of every neighbour, and guards cost nothing where
nothing is wrong. SQLite plans and stores otherwise, and stays as it is."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        script = Path(__file__).with_name("0002_postgresql.sql")
        for statement in script.read_text("utf-8").split(";\n\n"):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
