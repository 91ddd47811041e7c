"""The tables, for both engines. Numbers are made by the writer, never by the database.

`entry.body` is the truth; every other table repeats a part of it so that it can be searched and constrained
(`verify` compares them). `community_id` is a number local to this database and leads every key; the world knows a
community by `community.uid`. Triggers and what only one engine can say are in `ddl.py`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeEngine

MAX_AMOUNT = 9007199254740991
MAX_TOTAL = 4611686018427387903


class Uid(TypeDecorator[UUID]):
    """A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BLOB where the engine has no UUID."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary())
        return dialect.type_descriptor(Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """UUID to what the driver takes."""
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """What the driver gives to UUID."""
        return UUID(bytes=value) if value is not None and dialect.name == "sqlite" else value


Big = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; STRICT tables know only the name INTEGER."""

metadata = MetaData()


def _table(name: str, *items: Any, rowid: bool = False, fillfactor: int = 0) -> Table:
    """A STRICT table; without rowid where its key is the way in. The fill factor leaves room for updates in place."""
    options: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": rowid}
    if fillfactor:
        options["postgresql_with"] = {"fillfactor": fillfactor}
    return Table(name, metadata, *items, **options)


def _key(name: str, kind: Any = Integer) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _need(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _community() -> Column[Any]:
    return _key("community_id")


def _check(name: str, rule: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name)


def _of_account(column: str, name: str) -> ForeignKeyConstraint:
    """The account exists and holds the same currency."""
    return ForeignKeyConstraint(
        ["community_id", column, "currency_no"],
        ["account.community_id", "account.no", "account.currency_no"],
        name=name,
    )


community = _table(
    "community",
    _community(),
    _need("uid", Uid),
    _need("code", Text),
    _need("founded_ts", Big),
    UniqueConstraint("uid", name="community_uid"),
    UniqueConstraint("code", name="community_code"),
    _check("community_id_positive", "community_id > 0"),
    rowid=True,
)

head = _table(
    "head",
    _community(),
    _need("seq", Big),
    _need("ts", Big),
    _need("frontier", LargeBinary),
    _need("accounts_opened", Big),
    _need("sealed_through", Big),
    _check("head_seq_positive", "seq > 0"),
    rowid=True,
    fillfactor=10,
)

entry = _table(
    "entry",
    _community(),
    _key("seq", Big),
    _need("command_id", Uid),
    _need("ts", Big),
    _need("effective_at", Big),
    _need("command", Text),
    _need("actor", Uid),
    _need("body", LargeBinary),
    _need("leaf_hash", LargeBinary),
    UniqueConstraint("community_id", "command_id", name="entry_command_once"),
    _check("entry_seq_positive", "seq > 0"),
    _check("entry_leaf_hash", "length(leaf_hash) = 32"),
)

transfer = _table(
    "transfer",
    _community(),
    _key("seq", Big),
    _key("leg"),
    _need("debit_no", Big),
    _need("credit_no", Big),
    _need("currency_no", Integer),
    _need("posted", Big),
    _need("held", Big),
    _need("reason", Integer),
    # PostgreSQL says the same once a statement, by a trigger: row by row it costs a quarter of the write rate
    _of_account("debit_no", "transfer_debit_currency").ddl_if(dialect="sqlite"),
    _of_account("credit_no", "transfer_credit_currency").ddl_if(dialect="sqlite"),
    _check("transfer_two_accounts", "debit_no <> credit_no"),
    _check("transfer_posted", f"posted BETWEEN 0 AND {MAX_AMOUNT}"),
    _check("transfer_held", f"held BETWEEN -{MAX_AMOUNT} AND {MAX_AMOUNT}"),
    _check("transfer_reason", "reason > 0"),
)

posting = _table(
    "posting",
    _community(),
    _key("account_no", Big),
    _key("version", Big),
    _need("seq", Big),
    _need("leg", Integer),
    _need("debits_held", Big),
    _need("debits_posted", Big),
    _need("credits_held", Big),
    _need("credits_posted", Big),
    _check("posting_version", "version > 0"),
)

account = _table(
    "account",
    _community(),
    _key("no", Big),
    _need("uid", Uid),
    _need("currency_no", Integer),
    _need("kind", Text),
    _need("form", Text),
    Column("floor", Big),
    Column("ceiling", Big),
    _need("frozen", Integer),
    _need("state", Text),
    _need("spend_until", Big),
    _need("programme", Text),
    _need("sectors", LargeBinary),
    _need("acceptance_bp", Integer),
    _need("signed_only", Integer),
    _need("keys", LargeBinary),
    _need("charged_through", Big),
    _need("opened_seq", Big),
    _need("debits_held", Big),
    _need("debits_posted", Big),
    _need("credits_held", Big),
    _need("credits_posted", Big),
    _need("version", Big),
    _need("touched_seq", Big),
    UniqueConstraint("community_id", "uid", name="account_uid"),
    UniqueConstraint("community_id", "no", "currency_no", name="account_no_currency"),
    ForeignKeyConstraint(
        ["community_id", "currency_no"], ["currency.community_id", "currency.no"], name="account_currency"
    ),
    _check("account_no_positive", "no > 0"),
    _check("account_frozen", "frozen BETWEEN 0 AND 3"),
    _check("account_signed_only", "signed_only BETWEEN 0 AND 1"),
    _check("account_state", "state IN ('open', 'leaving', 'closed')"),
    _check("account_limits", "floor IS NULL OR ceiling IS NULL OR floor <= ceiling"),
    _check(
        "account_totals",
        "debits_held >= 0 AND debits_posted >= 0 AND credits_held >= 0 AND credits_posted >= 0",
    ),
    _check("account_debits", f"debits_held <= {MAX_TOTAL} - debits_posted"),
    _check("account_credits", f"credits_held <= {MAX_TOTAL} - credits_posted"),
    _check("account_version", "version >= 0"),
    fillfactor=70,
)

currency = _table(
    "currency",
    _community(),
    _key("no"),
    _need("code", Text),
    _need("scale", Integer),
    _need("model", Text),
    UniqueConstraint("community_id", "code", name="currency_code"),
    _check("currency_no_positive", "no > 0"),
    _check("currency_scale", "scale BETWEEN 0 AND 9"),
)

policy = _table(
    "policy",
    _community(),
    _key("currency_no"),
    _key("seq", Big),
    _need("since", Big),
    _need("body", LargeBinary),
)

hold = _table(
    "hold",
    _community(),
    _key("id", Uid),
    _need("seq", Big),
    _need("currency_no", Integer),
    _need("debit_no", Big),
    _need("credit_no", Big),
    _need("amount", Big),
    Column("expires_at", Big),
    UniqueConstraint("community_id", "seq", name="hold_seq"),
    _of_account("debit_no", "hold_debit_currency"),
    _of_account("credit_no", "hold_credit_currency"),
    _check("hold_two_accounts", "debit_no <> credit_no"),
    _check("hold_amount", f"amount BETWEEN 0 AND {MAX_AMOUNT}"),
)

open_hold = _table(
    "open_hold",
    _community(),
    _key("id", Uid),
    Column("expires_at", Big),
    Index("open_hold_expiry", "expires_at"),
)

link = _table(
    "link",
    _community(),
    _key("target_seq", Big),
    _key("role", Text),
    _key("ordinal"),
    _need("seq", Big),
    _need("total", Big),
    _need("cap", Big),
    _check("link_role", "role IN ('resolved', 'reversed', 'refunded')"),
    _check("link_once", "role = 'refunded' OR ordinal = 1"),
    _check("link_ordinal", "ordinal > 0"),
    _check("link_within_cap", "total <= cap"),
)

claim = _table("claim", _community(), _key("claim", LargeBinary), _need("seq", Big))

tree_node = _table(
    "tree_node",
    _community(),
    _key("level"),
    _key("index", Big),
    _need("hash", LargeBinary),
    _check("tree_node_hash", "length(hash) = 32"),
)

checkpoint = _table(
    "checkpoint",
    _community(),
    _key("size", Big),
    _need("ts", Big),
    _need("root", LargeBinary),
    _need("note", Text),
    _check("checkpoint_root", "length(root) = 32"),
)

refusal = _table(
    "refusal",
    _community(),
    _key("command_id", Uid),
    _need("fingerprint", LargeBinary),
    _need("code", Text),
    _need("detail", Text),
    _need("field", Text),
    _need("ts", Big),
    Index("refusal_age", "ts"),
)

memo = _table("memo", _community(), _key("seq", Big), _need("salt", LargeBinary), _need("text", Text))

signing_key = _table(
    "signing_key",
    _community(),
    _need("public_key", LargeBinary),
    _need("wrapped", LargeBinary),
    rowid=True,
)

APPEND_ONLY = (
    entry, transfer, posting, hold, link, claim, policy, currency, checkpoint, tree_node, community,
)  # fmt: skip
"""Rows of these are never changed or removed; triggers refuse it."""
