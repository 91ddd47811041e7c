"""As whom staff keys count that staff made (decision 18), those made before as well. The SQL beside this file is frozen."""

from alembic import op
from sqlalchemy import text

from ledger.store.migrations import run

revision = "0004"
down_revision = "0003"

DECIDING = {"operator", "treasurer"}


def upgrade() -> None:
    """Run the script of the engine; then say of each key of the office made there who made the first of its line."""
    run(op.get_bind(), __file__)
    keys = op.get_bind().execute(text("SELECT community, id, member, roles, created_by, created_at FROM api_key"))
    office = [row for row in keys if DECIDING & set(row.roles.split())]
    known = {(row.community, row.member or row.id): row for row in office}
    for row in office:
        maker, seen = row.created_by, set()
        while (above := known.get((row.community, maker))) and maker not in seen:
            seen.add(maker)
            maker = above.created_by
        root = [each for each in seen if known[row.community, each].created_by == maker]
        if root:
            op.get_bind().execute(
                text("INSERT INTO key_maker (community, api_key, maker, made_at) VALUES (:community, :key, :maker, :at)"),
                {"community": row.community, "key": row.id, "maker": root[0], "at": row.created_at},
            )
