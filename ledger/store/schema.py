"""The tables, for both engines. Numbers are made by the writer, never by the database.

`entry.body` is the truth; every other table repeats a part of it so that it can be searched and constrained
(`verify` compares them). `community_id` is a number local to this database and leads every primary key; the world knows a
community by `community.uid`. Triggers and what only one engine can say are in `ddl.py`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.core.accounts import MEMBER_KINDS, AccountKind
from ledger.store.columns import Big, Uid, check, key, mark, need, postings_of

MAX_AMOUNT = 9007199254740991
MAX_TOTAL = 4611686018427387903


OWN_KINDS = sorted(kind.value for kind in AccountKind if kind not in MEMBER_KINDS)
"""The community's own accounts, always loaded; named one by one so that the index on kinds finds them."""
_OWN = ", ".join(f"'{kind}'" for kind in OWN_KINDS)

metadata = MetaData()


def _table(name: str, *items: Any, rowid: bool = False, fillfactor: int = 0) -> Table:
    """A STRICT table; without rowid where its key is the way in. The fill factor leaves room for updates in place."""
    options: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": rowid}
    if fillfactor:
        options["postgresql_with"] = {"fillfactor": fillfactor}
    return Table(name, metadata, *items, **options)


def _community() -> Column[Any]:
    return key("community_id")


def _of_account(column: str, name: str) -> ForeignKeyConstraint:
    """The account exists and holds the same currency."""
    return ForeignKeyConstraint(
        ["community_id", column, "currency_no"],
        ["account.community_id", "account.no", "account.currency_no"],
        name=name,
    )


def _never_a_list(name: str, *columns: str) -> list[UniqueConstraint]:
    """Unique in a community. On PostgreSQL the community comes last: a plan made while the table was empty might go
    through all its accounts by this key. SQLite makes no such plans and keeps the order it was born with."""
    return [
        UniqueConstraint("community_id", *columns, name=name).ddl_if(dialect="sqlite"),
        UniqueConstraint(*columns, "community_id", name=name).ddl_if(dialect="postgresql"),
    ]


community = _table(
    "community",
    _community(),
    need("uid", Uid),
    need("code", Text),
    need("founded_ts", Big),
    UniqueConstraint("uid", name="community_uid"),
    UniqueConstraint("code", name="community_code"),
    check("community_id_positive", "community_id > 0"),
    rowid=True,
)

head = _table(
    "head",
    _community(),
    need("seq", Big),
    need("ts", Big),
    need("frontier", LargeBinary),
    need("accounts_opened", Big),
    need("sealed_through", Big),
    check("head_seq_positive", "seq > 0"),
    rowid=True,
    fillfactor=10,
)

entry = _table(
    "entry",
    _community(),
    key("seq", Big),
    need("command_id", Uid),
    need("ts", Big),
    need("effective_at", Big),
    need("command", Text),
    need("actor", Uid),
    need("body", LargeBinary),
    need("leaf_hash", LargeBinary),
    UniqueConstraint("community_id", "command_id", name="entry_command_once"),
    check("entry_seq_positive", "seq > 0"),
    check("entry_leaf_hash", "length(leaf_hash) = 32"),
)

transfer = _table(
    "transfer",
    _community(),
    key("seq", Big),
    key("leg"),
    need("debit_no", Big),
    need("credit_no", Big),
    need("currency_no", Integer),
    need("posted", Big),
    need("held", Big),
    need("reason", Integer),
    *postings_of("debit"),
    *postings_of("credit"),
    # PostgreSQL says the same once a statement, by a trigger: row by row it costs a quarter of the write rate
    _of_account("debit_no", "transfer_debit_currency").ddl_if(dialect="sqlite"),
    _of_account("credit_no", "transfer_credit_currency").ddl_if(dialect="sqlite"),
    mark("debit"),
    mark("credit"),
    check("transfer_two_accounts", "debit_no <> credit_no"),
    check("transfer_posted", f"posted BETWEEN 0 AND {MAX_AMOUNT}"),
    check("transfer_held", f"held BETWEEN -{MAX_AMOUNT} AND {MAX_AMOUNT}"),
    check("transfer_reason", "reason > 0"),
    check("transfer_versions", "debit_version > 0 AND credit_version > 0"),
    check("transfer_before", "debit_before_seq <= seq AND credit_before_seq <= seq"),
)
"""A transfer with its two postings. By account they are found from `account.moved_seq` back (`trail.py`)."""

account = _table(
    "account",
    _community(),
    key("no", Big),
    need("uid", Uid),
    need("currency_no", Integer),
    need("kind", Text),
    need("form", Text),
    Column("floor", Big),
    Column("ceiling", Big),
    need("frozen", Integer),
    need("state", Text),
    need("spend_until", Big),
    need("programme", Text),
    need("sectors", LargeBinary),
    need("acceptance_bp", Integer),
    need("signed_only", Integer),
    need("keys", LargeBinary),
    need("charged_through", Big),
    need("opened_seq", Big),
    need("debits_held", Big),
    need("debits_posted", Big),
    need("credits_held", Big),
    need("credits_posted", Big),
    need("version", Big),
    need("touched_seq", Big),
    need("moved_seq", Big, at_first=0),
    need("moved_leg", Integer, at_first=0),
    *_never_a_list("account_uid", "uid"),
    *_never_a_list("account_no_currency", "no", "currency_no"),
    ForeignKeyConstraint(
        ["community_id", "currency_no"], ["currency.community_id", "currency.no"], name="account_currency"
    ),
    Index("account_kind", "community_id", "kind", postgresql_where=text(f"kind IN ({_OWN})")),
    check("account_no_positive", "no > 0"),
    check("account_frozen", "frozen BETWEEN 0 AND 3"),
    check("account_signed_only", "signed_only BETWEEN 0 AND 1"),
    check("account_state", "state IN ('open', 'leaving', 'closed')"),
    check("account_limits", "floor IS NULL OR ceiling IS NULL OR floor <= ceiling"),
    check(
        "account_totals",
        "debits_held >= 0 AND debits_posted >= 0 AND credits_held >= 0 AND credits_posted >= 0",
    ),
    check("account_debits", f"debits_held <= {MAX_TOTAL} - debits_posted"),
    check("account_credits", f"credits_held <= {MAX_TOTAL} - credits_posted"),
    check("account_version", "version >= 0"),
    fillfactor=45,  # a batch may touch every row of a page: their next versions fit beside them
)

currency = _table(
    "currency",
    _community(),
    key("no"),
    need("code", Text),
    need("scale", Integer),
    need("model", Text),
    UniqueConstraint("community_id", "code", name="currency_code"),
    check("currency_no_positive", "no > 0"),
    check("currency_scale", "scale BETWEEN 0 AND 9"),
)

policy = _table(
    "policy",
    _community(),
    key("currency_no"),
    key("seq", Big),
    need("since", Big),
    need("body", LargeBinary),
)

hold = _table(
    "hold",
    _community(),
    key("id", Uid),
    need("seq", Big),
    need("currency_no", Integer),
    need("debit_no", Big),
    need("credit_no", Big),
    need("amount", Big),
    Column("expires_at", Big),
    UniqueConstraint("community_id", "seq", name="hold_seq"),
    _of_account("debit_no", "hold_debit_currency"),
    _of_account("credit_no", "hold_credit_currency"),
    check("hold_two_accounts", "debit_no <> credit_no"),
    check("hold_amount", f"amount BETWEEN 0 AND {MAX_AMOUNT}"),
)

open_hold = _table(
    "open_hold",
    _community(),
    key("id", Uid),
    Column("expires_at", Big),
    Index("open_hold_expiry", "expires_at"),
)

link = _table(
    "link",
    _community(),
    key("target_seq", Big),
    key("role", Text),
    key("ordinal"),
    need("seq", Big),
    need("total", Big),
    need("cap", Big),
    check("link_role", "role IN ('resolved', 'reversed', 'refunded')"),
    check("link_once", "role = 'refunded' OR ordinal = 1"),
    check("link_ordinal", "ordinal > 0"),
    check("link_within_cap", "total <= cap"),
)

claim = _table("claim", _community(), key("claim", LargeBinary), need("seq", Big))

tree_node = _table(
    "tree_node",
    _community(),
    key("level"),
    key("index", Big),
    need("hash", LargeBinary),
    check("tree_node_hash", "length(hash) = 32"),
)

checkpoint = _table(
    "checkpoint",
    _community(),
    key("size", Big),
    need("ts", Big),
    need("root", LargeBinary),
    need("note", Text),
    check("checkpoint_root", "length(root) = 32"),
)

refusal = _table(
    "refusal",
    _community(),
    key("command_id", Uid),
    need("fingerprint", LargeBinary),
    need("code", Text),
    need("detail", Text),
    need("field", Text),
    need("ts", Big),
    Index("refusal_age", "ts"),
)

memo = _table("memo", _community(), key("seq", Big), need("salt", LargeBinary), need("text", Text))

signing_key = _table(
    "signing_key",
    _community(),
    key("seq", Big),
    need("public_key", LargeBinary),
    need("wrapped", LargeBinary),
)
"""The keys of a community's checkpoints, each with the entry that named it; of a former one `wrapped` is empty."""

APPEND_ONLY = (
    entry, transfer, hold, link, claim, policy, currency, checkpoint, tree_node, community,
)  # fmt: skip
"""Rows of these are never changed or removed; triggers refuse it."""
