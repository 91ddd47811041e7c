"""The tables of an association's life, beside those of people. `community` leads every key; moments are ns, days ISO text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from ledger.store.columns import Big, Uid, check, key, need

metadata = MetaData()


def _table(name: str, *items: Any) -> Table:
    return Table(name, metadata, key("community", Uid), *items, sqlite_strict=True, sqlite_with_rowid=False)


dues = _table(
    "dues",
    key("id", Uid),
    need("member", Uid),
    need("cents", Big),
    need("currency", Text),
    need("months", Integer),
    need("paid_on", Text),
    need("through", Text),
    need("entered_by", Uid),
    need("entered_at", Big),
    Index("dues_member", "community", "member", "through"),
    Index("dues_through", "community", "through"),
    check("dues_cents", "cents >= 0"),
    check("dues_months", "months BETWEEN 1 AND 120"),
)
"""Dues received. `currency` is EUR or the unit in which they were paid; `through` the last day that they cover."""

agreement = _table(
    "agreement",
    key("id", Uid),
    need("member", Uid),
    need("step", Text),
    need("file", Text),
    need("history", Text),
    Column("review_on", Text),
    need("created_at", Big),
    need("version", Big),
    Index("agreement_member", "community", "member"),
    Index("agreement_step", "community", "step"),
)
"""A professional's file: `file` is what it says (JSON), `history` its steps with day, person, reasons, commitments."""

resolution = _table(
    "resolution",
    key("id", Uid),
    need("title", Text),
    need("text", Text),
    need("rules", Text),
    need("entitled", Text),
    Column("currency", Text),
    Column("policy", LargeBinary),
    Column("since", Big),
    need("opens_at", Big),
    need("closes_at", Big),
    need("state", Text),
    need("outcome", Text),
    need("minutes", Text),
    need("made_by", Uid),
    need("made_at", Big),
    check("resolution_state", "state IN ('announced', 'adopted', 'rejected', 'withdrawn')"),
    check("resolution_times", "opens_at < closes_at"),
)
"""A proposal that is voted on; with `policy` (CBOR) the change that its adoption brings from `since` on."""

ballot = _table(
    "ballot", key("resolution", Uid), key("member", Uid), need("college", Text), need("choice", Text), need("cast_at", Big),
    check("ballot_choice", "choice IN ('yes', 'no', 'abstain')"),
)  # fmt: skip

listing = _table(
    "listing",
    key("id", Uid),
    need("member", Uid),
    need("account", Uid),
    need("kind", Text),
    need("title", Text),
    need("category", Text),
    need("text", Text),
    need("sphere", Text),
    need("state", Text),
    Column("decided_by", Uid),
    need("reasons", Text),
    need("created_at", Big),
    Index("listing_state", "community", "state", "created_at"),
    check("listing_kind", "kind IN ('offer', 'ask')"),
)
"""An offer or a request of time. One that a coordinator has not let through yet is seen by its member only."""

deal = _table(
    "deal", key("id", Uid), need("listing", Uid), need("giver", Uid), need("receiver", Uid), need("minutes", Integer),
    need("proposed_by", Uid), need("state", Text),
    Column("cheque", Text),
    need("created_at", Big),
    need("changed_at", Big),
    need("version", Big),
    Index("deal_giver", "community", "giver"),
    Index("deal_receiver", "community", "receiver"),
    check("deal_minutes", "minutes > 0"),
    check("deal_two_people", "giver <> receiver"),
)  # fmt: skip
"""Members `giver` and `receiver` of a service. `cheque`: the receiver's signed payment, kept until the giver confirms too."""

deal_note = _table(
    "deal_note", key("deal", Uid), key("member", Uid), need("says", Text), need("said_at", Big),
    Index("deal_note_member", "community", "member"),
)  # fmt: skip
"""What one side of an exchange lets the other know, such as a telephone number; gone when the exchange has ended."""

teller = _table(
    "teller",
    key("id", Uid),
    need("member", Uid),
    need("name", Text),
    need("pin_hash", Text),
    need("failures", Integer),
    need("active", Integer),
    need("created_at", Big),
    UniqueConstraint("community", "member", "name", name="teller_name"),
    check("teller_active_flag", "active BETWEEN 0 AND 1"),
)
"""People at a merchant's till; a PIN says who takes the money, it gives no right to pay."""

sale = _table(
    "sale",
    key("request", Uid),
    need("teller", Uid),
    need("member", Uid),
    need("taken_at", Big),
    Index("sale_member", "community", "member", "taken_at"),
)
"""Which teller made a payment request."""

need_said = _table(
    "need_said", key("id", Uid), need("member", Uid), need("words", Text), need("place", Text), need("said_at", Big),
    Index("need_said_words", "community", "words"),
)  # fmt: skip
"""A search in the directory that found nobody (NEED-1)."""

link = _table(
    "community_link",
    key("id", Uid),
    need("account", Uid),
    need("currency", Text),
    need("other", Uid),
    need("other_link", Uid),
    need("accepted", Big),
    need("state", Text),
    need("agreed_on", Text),
    need("made_by", Uid),
    need("made_at", Big),
    UniqueConstraint("community", "account", name="community_link_account"),
    check("community_link_accepted", "accepted >= 0"),
    check("community_link_state", "state IN ('open', 'closed')"),
)
"""One side of a convention between two communities: the account that mirrors the other here, and how much it may hold."""

crossing = _table(
    "crossing",
    key("id", Uid),
    need("link", Uid),
    need("payer", Uid),
    need("other", Uid),
    need("payee", Uid),
    need("amount", Big),
    need("hold", Uid),
    need("payment", Uid),
    need("state", Text),
    need("reason", Text),
    need("made_at", Big),
    need("changed_at", Big),
    Index("crossing_state", "state", "changed_at"),
    check("crossing_state_known", "state IN ('held', 'paid', 'done', 'failed')"),
)
"""A payment from one community to another: held here, paid there as `payment`, captured here; or failed, and the hold voided."""

target = _table(
    "target",
    key("id", Uid),
    need("figure", Text),
    need("value", Text),
    need("note", Text),
    need("set_by", Uid),
    need("set_at", Big),
    UniqueConstraint("community", "figure", name="target_figure"),
)
"""An aim for a figure ("indicator.figure"), declared at the award; its value as a JSON number."""

question = _table(
    "question",
    key("id", Uid),
    need("figure", Text),
    need("text", Text),
    need("asked_by", Uid),
    need("asked_at", Big),
    need("answer", Text),
    Column("answered_by", Uid),
    Column("answered_at", Big),
    Index("question_asked", "community", "asked_at"),
)
"""What a Region asks a pilot about a figure."""

openness = _table("openness", need("indicators", Text), need("set_by", Uid), need("set_at", Big))
"""The indicators that a community shows to everybody (JSON); without a row, the usual ones."""

application = _table(
    "application",
    key("member", Uid),
    Column("sponsor", Uid),
    need("cents", Big),
    need("newsletter", Integer),
    need("applied_at", Big),
    check("application_newsletter_flag", "newsletter BETWEEN 0 AND 1"),
    check("application_cents", "cents >= 0"),
)
"""What somebody said on the public form: the association that their exchange supports, the dues offered, consents."""

reconversion = _table(
    "reconversion",
    key("id", Uid),
    need("member", Uid),
    need("account", Uid),
    need("currency", Text),
    need("amount", Big),
    need("invoice", Text),
    need("state", Text),
    need("reasons", Text),
    need("asked_at", Big),
    Column("decided_by", Uid),
    Column("decided_at", Big),
    Index("reconversion_state", "community", "state", "asked_at"),
    Index("reconversion_member", "community", "member"),
    check("reconversion_amount", "amount > 0"),
    check("reconversion_state_known", "state IN ('asked', 'done', 'declined', 'withdrawn')"),
)
"""A professional asks for euros; the treasurer redeems the units or says why not."""

territory = _table("territory", need("drawing", Text), need("set_by", Uid), need("set_at", Big))
"""The communes of a community as they are drawn: height, then name, outline and middle of each (JSON)."""

set_aside = _table(
    "set_aside",
    key("alert", Text),
    need("currency", Text),
    need("note", Text),
    need("set_by", Uid),
    need("set_at", Big),
    Index("set_aside_at", "community", "set_at"),
    check("set_aside_note", "note <> ''"),
)
"""Alerts (`ledger.analytics.people.alerts.Alert.id`) that somebody has looked at, and what they found."""

own_rules = _table("own_rules", key("set_at", Big), need("rules", Text), need("set_by", Uid))
"""What an association asks of its members, the newest row in force: dues, grace, the committee's colleges (JSON)."""

leaving = _table(
    "leaving",
    key("id", Uid),
    need("member", Uid),
    need("wish", Text),
    need("state", Text),
    need("asked_at", Big),
    Column("changed_by", Uid),
    Column("changed_at", Big),
    Index("leaving_state", "community", "state", "asked_at"),
    Index("leaving_member", "community", "member", "asked_at"),
    check("leaving_wish", "wish IN ('spend', 'give', 'euros')"),
    check("leaving_state_known", "state IN ('asked', 'noticed', 'withdrawn', 'done')"),
)
"""A member says goodbye, and what shall become of the balance; the desk gives notice and closes the accounts."""

territory_draft = _table("territory_draft", need("drawing", Text), need("set_by", Uid), need("set_at", Big))
"""A map that was handed in and is looked at before members see it, as in `territory`."""

books_check = _table(
    "books_check",
    key("id", Uid),
    need("entries", Big),
    need("state", Text),
    need("said", Text),
    need("begun_by", Uid),
    need("begun_at", Big),
    need("seen_at", Big),
    Index("books_check_begun", "community", "begun_at"),
    check("books_check_state", "state IN ('running', 'good', 'wrong', 'failed')"),
)
"""A run of `verify` over so many entries. `seen_at`: when it was last known to run, or its end; `said` its findings (JSON)."""

TABLES = metadata.tables
