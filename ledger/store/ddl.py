"""What the tables cannot say by themselves: triggers, in the words of each engine.

`script()` is the whole schema as text, as it is today. Migrations hold frozen words of their own; a test compares what
they build with what this says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import MetaData, Table, UniqueConstraint, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.store.schema import APPEND_ONLY, account, head, memo, metadata

FIXED = {
    account: ("no", "uid", "currency_no", "kind", "form", "programme", "opened_seq"),
    head: ("community_id",),
    memo: ("seq", "salt", "text"),
}
"""Columns that keep their first value. A memo may be erased, never altered."""

GROWING = {
    account: ("debits_posted", "credits_posted", "version", "touched_seq", "signed_only", "moved_seq"),
    head: ("seq", "ts", "accounts_opened", "sealed_through"),
    memo: (),
}
"""Columns that never go back."""

KEPT = (account, head)
"""Tables that change but whose rows are never removed."""


def script(engine: str) -> list[str]:
    """Statements that build an empty database on "sqlite" or "postgresql", in order."""
    return tables(metadata, engine) + _trimmed(_sqlite_triggers() if engine == "sqlite" else _postgresql_triggers())


def tables(some: MetaData, engine: str) -> list[str]:
    """Statements that build these tables and their indexes on "sqlite" or "postgresql", in order."""
    dialect = make_url(f"{engine}://").get_dialect()()
    statements = []
    for table in some.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [
            str(CreateIndex(index).compile(dialect=dialect)) for index in sorted(table.indexes, key=str)
        ]
    return _trimmed(statements)


def _trimmed(statements: Iterable[str]) -> list[str]:
    return ["\n".join(line.rstrip() for line in text.strip().splitlines()) for text in statements]


# --- SQLite ---


def _sqlite_triggers() -> list[str]:
    statements = []
    for table in APPEND_ONLY:
        name = table.name
        message = f"append-only table {name}"
        statements.append(_abort(f"{name}_no_update", f"BEFORE UPDATE ON {name}", message))
        statements.append(_abort(f"{name}_no_delete", f"BEFORE DELETE ON {name}", message))
        # INSERT OR REPLACE removes the old row without asking a DELETE trigger, unless recursive_triggers is on
        exists = " OR ".join(
            f"EXISTS (SELECT 1 FROM {name} WHERE {_same(key)})" for key in _unique_keys(table)
        )
        statements.append(_abort(f"{name}_no_replace", f"BEFORE INSERT ON {name} WHEN {exists}", message))
    for table in FIXED:
        changed = [f"NEW.{column} IS NOT OLD.{column}" for column in FIXED[table]]
        back = [f"NEW.{column} < OLD.{column}" for column in GROWING[table]]
        statements.append(
            _abort(
                f"{table.name}_guard",
                f"BEFORE UPDATE ON {table.name} WHEN {' OR '.join(changed + back)}",
                f"{table.name}: a fixed column changed or a growing one went back",
            )
        )
    statements += [
        _abort(f"{t.name}_no_delete", f"BEFORE DELETE ON {t.name}", f"rows of {t.name} stay") for t in KEPT
    ]
    return statements


def _abort(name: str, when: str, message: str) -> str:
    return f"CREATE TRIGGER {name} {when}\nBEGIN SELECT RAISE(ABORT, '{message}'); END"


def _unique_keys(table: Table) -> list[Sequence[str]]:
    unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    keys = [
        list(table.primary_key.columns),
        *(list(c.columns) for c in sorted(unique, key=lambda c: str(c.name))),
    ]
    return [[f'"{column.name}"' for column in columns] for columns in keys]


def _same(columns: Sequence[str]) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in columns)


# --- PostgreSQL ---

_REFUSE = """\
CREATE FUNCTION ricochet_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"""

_GUARD = """\
CREATE FUNCTION ricochet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: a fixed column changed or a growing one went back', TG_TABLE_NAME USING ERRCODE = '23000'; END $$"""

_TRANSFER = """\
CREATE FUNCTION transfer_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh f
    LEFT JOIN account d ON d.community_id = f.community_id AND d.no = f.debit_no AND d.currency_no = f.currency_no
    LEFT JOIN account c ON c.community_id = f.community_id AND c.no = f.credit_no AND c.currency_no = f.currency_no
    WHERE d.no IS NULL OR c.no IS NULL)
  THEN RAISE EXCEPTION 'transfer between accounts that do not exist in its currency' USING ERRCODE = '23503'; END IF;
  RETURN NULL;
END $$"""


def _postgresql_triggers() -> list[str]:
    statements = [_REFUSE, _GUARD]
    for table in APPEND_ONLY:
        statements.append(_refuse(table, "UPDATE OR DELETE", "ROW"))
        statements.append(_refuse(table, "TRUNCATE", "STATEMENT"))
    for table in FIXED:
        changed = [f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED[table]]
        back = [f"NEW.{column} < OLD.{column}" for column in GROWING[table]]
        rule = "\n   OR ".join(changed + back)  # asked by the engine itself: a function for each row costs far more
        statements.append(
            f"CREATE TRIGGER {table.name}_guard BEFORE UPDATE ON {table.name} FOR EACH ROW\n"
            f"WHEN ({rule})\nEXECUTE FUNCTION ricochet_guard()"
        )
    for table in KEPT:
        statements.append(_refuse(table, "DELETE", "ROW"))
        statements.append(_refuse(table, "TRUNCATE", "STATEMENT"))
    statements.append(_TRANSFER)
    statements.append(
        "CREATE TRIGGER transfer_accounts AFTER INSERT ON transfer REFERENCING NEW TABLE AS fresh\n"
        "FOR EACH STATEMENT EXECUTE FUNCTION transfer_accounts()"
    )
    return statements


def _refuse(table: Table, actions: str, each: str) -> str:
    name = f"{table.name}_no_{actions.lower().replace(' or ', '_')}"
    return f"CREATE TRIGGER {name} BEFORE {actions} ON {table.name}\nFOR EACH {each} EXECUTE FUNCTION ricochet_refuse()"
