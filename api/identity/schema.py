"""The tables of people and agreements. All personal data is in them, and in no other table but `memo`.

`community` is the community's uid and leads every key; platform keys belong to the community 0. Moments are
nanoseconds since 1970 UTC. Secrets that we only check are kept as hashes, those that we must use as ciphertext.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from ledger.store.columns import Big, Uid, check, key, need

NOBODY = UUID(int=0)
"""The community of keys that belong to none."""

metadata = MetaData()


def _table(name: str, *items: Any) -> Table:
    return Table(name, metadata, key("community", Uid), *items, sqlite_strict=True, sqlite_with_rowid=False)


def _flag(name: str) -> Any:
    return check(f"{name}_flag", f"{name} BETWEEN 0 AND 1")


member = _table(
    "member",
    key("id", Uid),
    need("kind", Text),
    need("state", Text),
    need("name", Text),
    need("name_key", Text),
    need("contact", Text),
    need("locale", Text),
    need("place", Text),
    need("place_key", Text),
    need("sectors", Text),
    need("listed", Integer),
    need("created_at", Big),
    need("version", Big),
    need("enforced", Big),
    Index("member_name", "community", "name_key"),
    check("member_kind", "kind IN ('person', 'business', 'association', 'public')"),
    check("member_state", "state IN ('pending', 'active', 'lapsed', 'suspended', 'left')"),
    check("member_enforced", "enforced <= version"),
    _flag("listed"),
)
"""`name_key` and `place_key` are what people search by: see `names.search_key`. `enforced` is the version whose
state the ledger's accounts have been frozen or thawed for."""

member_state = _table(
    "member_state",
    key("member", Uid),
    key("version", Big),
    need("before", Text),
    need("after", Text),
    Column("changed_by", Uid),
    need("changed_at", Big),
)
"""Each change of a member's state; `version` is the member's after it, `changed_by` the actor, or nobody who is known."""

member_account = _table(
    "member_account",
    key("account", Uid),
    need("member", Uid),
    Index("member_account_member", "community", "member"),
)

api_key = _table(
    "api_key",
    key("id", Uid),
    need("hash", LargeBinary),
    need("hint", Text),
    need("label", Text),
    need("roles", Text),
    need("scopes", Text),
    Column("member", Uid),
    Column("device", Uid),
    need("created_by", Uid),
    need("created_at", Big),
    Column("expires_at", Big),
    Column("revoked_at", Big),
    UniqueConstraint("hash", name="api_key_hash"),
    Index("api_key_member", "community", "member"),
    check("api_key_hash_size", "length(hash) = 32"),
)
"""A key is found by the hash of its whole token: the caller has not said a community yet."""

key_maker = _table(
    "key_maker",
    key("api_key", Uid),
    need("maker", Uid),
    need("made_at", Big),
    Column("confirmed_by", Uid),
    Column("confirmed_at", Big),
    check("key_maker_confirmed", "(confirmed_by IS NULL) = (confirmed_at IS NULL)"),
    check("key_maker_two_people", "confirmed_by IS NULL OR confirmed_by <> maker"),
)
"""Staff keys that staff made. Until somebody else confirms who holds it, a key counts in four eyes as `maker`."""

device = _table(
    "device",
    key("id", Uid),
    need("member", Uid),
    need("public_key", LargeBinary),
    need("label", Text),
    need("created_at", Big),
    Column("revoked_at", Big),
    UniqueConstraint("community", "public_key", name="device_public_key"),
    Index("device_member", "community", "member"),
    check("device_public_key_size", "length(public_key) = 32"),
)

enrolment = _table(
    "enrolment",
    key("lookup", Text),
    need("hash", LargeBinary),
    need("member", Uid),
    need("created_by", Uid),
    need("expires_at", Big),
    need("attempts", Integer),
    Column("used_at", Big),
    Column("public_key", LargeBinary),
    check("enrolment_hash_size", "length(hash) = 32"),
)
"""A code's first group finds it, the hash of the whole proves it; `public_key` is the one device that used it."""

payment_request = _table(
    "payment_request",
    key("id", Uid),
    need("token", Text),
    need("fingerprint", LargeBinary),
    need("made_by", Uid),
    need("payee", Uid),
    Column("payer", Uid),
    need("amount", Big),
    need("currency", Text),
    need("memo", Text),
    need("state", Text),
    need("attempt", Integer),
    need("created_at", Big),
    need("expires_at", Big),
    Column("decided_at", Big),
    UniqueConstraint("token", name="payment_request_token"),
    Index("payment_request_payee", "community", "payee", "created_at"),
    Index("payment_request_payer", "community", "payer", "created_at"),
    check("payment_request_amount", "amount BETWEEN 1 AND 9007199254740991"),
    check("payment_request_state", "state IN ('open', 'paid', 'rejected')"),
)
"""An open request whose `expires_at` is over is expired: time alone does it."""

webhook = _table(
    "webhook",
    key("id", Uid),
    need("fingerprint", LargeBinary),
    need("url", Text),
    need("events", Text),
    Column("member", Uid),
    need("secret", LargeBinary),
    Column("former_secret", LargeBinary),
    need("former_until", Big),
    need("created_by", Uid),
    need("created_at", Big),
    need("cursor", Big),
    need("failures", Integer),
    need("next_at", Big),
    need("leased_until", Big),
    need("disabled", Text),
    need("last_status", Text),
    check("webhook_cursor", "cursor >= 0"),
)
"""`cursor`: every entry up to this number was delivered or is of no interest. `member`: only that member's entries."""

approval = _table(
    "approval",
    key("id", Uid),
    need("action", Text),
    need("command", LargeBinary),
    need("summary", Text),
    need("asked_by", Uid),
    need("asked_at", Big),
    need("expires_at", Big),
    need("state", Text),
    Column("decided_by", Uid),
    Column("decided_at", Big),
    check("approval_state", "state IN ('open', 'approved', 'rejected')"),
    check("approval_two_people", "decided_by IS NULL OR state = 'rejected' OR decided_by <> asked_by"),
)
"""A command that waits for a second person; its canonical bytes, so that what is approved is what was asked."""

community_name = _table("community_name", need("name", Text))
"""What people call a community; its code is in the ledger."""

revision = Table(
    "identity_revision",
    metadata,
    key("id"),
    need("number", Big),
    check("identity_revision_one", "id = 1"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Counts changes to what a key may do, so that every process forgets the keys it remembers."""

session = _table(
    "session",
    key("id", Uid),
    need("hash", LargeBinary),
    need("api_key", Uid),
    need("created_at", Big),
    need("seen_at", Big),
    need("expires_at", Big),
    need("ends_at", Big),
    need("step_up_until", Big),
    need("teller", Text),
    UniqueConstraint("hash", name="session_hash"),
    Index("session_api_key", "community", "api_key"),
    check("session_hash_size", "length(hash) = 32"),
    check("session_expiry", "expires_at <= ends_at"),
)
"""A browser that is signed in as an API key; found by the hash of its cookie. `expires_at` moves on while it is used,
never beyond `ends_at`. `teller`: who of a merchant's people is at the till."""

signin_link = _table(
    "signin_link",
    key("id", Uid),
    need("hash", LargeBinary),
    need("api_key", Uid),
    need("uses_left", Integer),
    need("created_at", Big),
    need("expires_at", Big),
    UniqueConstraint("hash", name="signin_link_hash"),
    check("signin_link_hash_size", "length(hash) = 32"),
    check("signin_link_uses", "uses_left >= 0"),
)
"""What a link that signs in stands for."""

passkey = _table(
    "passkey",
    key("id", Uid),
    need("credential", LargeBinary),
    need("public_key", LargeBinary),
    need("sign_count", Big),
    need("api_key", Uid),
    Column("member", Uid),
    need("label", Text),
    need("created_at", Big),
    Column("used_at", Big),
    Column("revoked_at", Big),
    UniqueConstraint("credential", name="passkey_credential"),
    Index("passkey_api_key", "community", "api_key"),
)
"""A WebAuthn credential that signs in as an API key, and that confirms what needs a step up."""

passkey_challenge = _table(
    "passkey_challenge",
    key("hash", LargeBinary),
    need("bound_to", LargeBinary),
    need("expires_at", Big),
)
"""Challenges that wait for their one answer from the browser whose cookie has the hash `bound_to`."""

totp = _table(
    "totp",
    key("api_key", Uid),
    need("secret", LargeBinary),
    need("created_at", Big),
    need("confirmed", Integer),
    need("last_step", Big),
    need("attempts", Integer),
    need("locked_until", Big),
    _flag("confirmed"),
)
"""An authenticator app's secret, as ciphertext; no code is taken twice (`last_step`), and few wrong ones in a row."""

brand = _table(
    "brand",
    need("accent", Text),
    need("second", Text),
    Column("logo", LargeBinary),
    need("logo_type", Text),
    need("timezone", Text),
    need("changed_at", Big),
    check("brand_logo_size", "logo IS NULL OR length(logo) <= 65536"),
)
"""How a community's pages look: two colours (#rrggbb, or ''), a logo, and the time zone of its dates."""
