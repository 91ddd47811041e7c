"""Shape of the tables: what holds for every one of them, by introspection."""

from __future__ import annotations

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from ledger.core.accounts import Account
from ledger.core.money import MAX_AMOUNT, MAX_TOTAL
from ledger.store import bulk, ddl, pg_bulk, schema

TABLES = sorted(schema.metadata.tables.values(), key=lambda table: table.name)
ACROSS = {"community_uid", "community_code", "open_hold_expiry", "refusal_age"}
"""Keys that are asked for across communities."""
NO_LISTS = {"account_uid", "account_no_currency"}
"""Keys that no plan of PostgreSQL may take for a list of a community's accounts: the community comes last."""


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_the_community_leads_every_key(table: Table) -> None:
    keys = [c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)]
    for key in [*keys, *table.indexes]:
        if key.name not in ACROSS | NO_LISTS:
            assert next(iter(key.columns)).name == "community_id", key.name


@pytest.mark.parametrize("name", sorted(NO_LISTS))
def test_no_plan_of_postgresql_takes_these_for_a_list(name: str) -> None:
    rule = next(line for line in "\n".join(ddl.script("postgresql")).splitlines() if f"{name} UNIQUE" in line)
    assert rule.rstrip(",)").endswith(", community_id"), rule


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_script_guards_what_must_not_change(engine: str) -> None:
    script = "\n".join(ddl.script(engine))
    for table in schema.APPEND_ONLY:
        assert (
            f"BEFORE UPDATE ON {table.name}" in script or f"BEFORE UPDATE OR DELETE ON {table.name}" in script
        )
        assert f"BEFORE {'INSERT' if engine == 'sqlite' else 'TRUNCATE'} ON {table.name}" in script
    assert script.count("STRICT") == (len(TABLES) if engine == "sqlite" else 0)
    assert "AUTOINCREMENT" not in script and "SERIAL" not in script


def test_every_table_is_append_only_guarded_or_named_here() -> None:
    derived_or_erasable = {"open_hold", "refusal", "memo", "signing_key"}
    guarded = {table.name for table in (*schema.APPEND_ONLY, *ddl.KEPT)}
    assert {table.name for table in TABLES} == guarded | derived_or_erasable


def test_an_account_row_holds_every_field_of_an_account() -> None:
    named = {"currency": "currency_no"}
    fields = [named.get(name, name) for name in Account.__dataclass_fields__]
    trail = ["moved_seq", "moved_leg"]
    assert [column.name for column in schema.account.columns] == ["community_id", *fields, *trail]
    changing = {*bulk.TOTALS, *bulk.TERMS}
    assert changing >= {*trail}
    assert set(fields) - changing == {"no", "uid", "currency_no", "kind", "form", "programme", "opened_seq"}


def test_the_bounds_are_those_of_the_core() -> None:
    assert (schema.MAX_AMOUNT, schema.MAX_TOTAL) == (MAX_AMOUNT, MAX_TOTAL)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_column_has_a_binary_form(table: Table) -> None:
    types = {pg_bulk.type_name(column) for column in table.columns}
    assert types <= {"int4", "int8", "uuid", "text", "bytea"}
