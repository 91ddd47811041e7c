"""When the books were checked, and what was found. The SQL beside this file is frozen."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the script of the engine."""
    connection = op.get_bind()
    script = Path(__file__).with_name(f"0004_{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n\n"):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
