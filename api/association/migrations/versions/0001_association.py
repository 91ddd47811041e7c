"""The first tables of an association's life. The SQL beside this file is frozen; later changes are later revisions."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the script of the engine."""
    connection = op.get_bind()
    script = Path(__file__).with_name(f"0001_{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n\n"):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
