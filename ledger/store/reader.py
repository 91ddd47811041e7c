"""Questions about communities, accounts and holds. `c` is always a community's uuid."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, case, cast, func, select

from ledger.core import codec
from ledger.core.accounts import Account, AccountKind, Currency, Form, Hold, Model, PolicyVersion
from ledger.core.checks import technical_uid
from ledger.core.draft import MIRROR_CODE
from ledger.core.errors import Code, Rejected
from ledger.core.merkle import Frontier
from ledger.core.policy import Policy
from ledger.store import accounts as rows
from ledger.store.journal_reader import JournalReader
from ledger.store.loader import hold_of, holds_query
from ledger.store.schema import account, community, currency, head, link, memo, open_hold, policy
from ledger.store.schema import hold as holds
from ledger.store.searching import Searching
from ledger.store.statements import Statements
from ledger.store.views import CommunityView, HeadView, LinkView, Supply
from ledger.store.writer import Memo

MOST = 1_000
"""Rows in one page at the most."""


class Reader(JournalReader, Searching, Statements):
    """Reads and can do nothing else. Safe to share between threads."""

    # --- communities ---

    def communities(self) -> list[CommunityView]:
        """All of them, in the order of their founding here."""
        query = select(community).order_by(community.c.community_id)
        with self.connected() as connection:
            return [CommunityView(row.uid, row.code, row.founded_ts) for row in connection.execute(query)]

    def community(self, key: UUID | str) -> CommunityView:
        """By uuid or by code."""
        column = community.c.uid if isinstance(key, UUID) else community.c.code
        with self.connected() as connection:
            row = connection.execute(select(community).where(column == key)).one_or_none()
        if row is None:
            raise Rejected(Code.COMMUNITY_NOT_FOUND, f"no community {key} here", "community")
        return CommunityView(row.uid, row.code, row.founded_ts)

    def head(self, c: UUID) -> HeadView:
        """The end of the journal."""
        with self.connected() as connection:
            row = connection.execute(self._of(connection, head, c)).one()
        root = Frontier.from_bytes(row.seq, bytes(row.frontier)).root()
        return HeadView(row.seq, row.ts, root, row.accounts_opened, row.sealed_through)

    def currencies(self, c: UUID) -> list[Currency]:
        """By number; the mirror of the bank is among them."""
        with self.connected() as connection:
            found = connection.execute(self._of(connection, currency, c).order_by(currency.c.no))
            return [Currency(row.no, row.code, row.scale, Model(row.model)) for row in found]

    def policies(self, c: UUID, code: str) -> list[PolicyVersion]:
        """Every version of a currency's rules, oldest first."""
        with self.connected() as connection:
            unit = self._currency(connection, c, code)
            query = self._of(connection, policy, c).where(policy.c.currency_no == unit)
            found = connection.execute(query.order_by(policy.c.since, policy.c.seq))
            return [
                PolicyVersion(row.since, row.seq, codec.from_plain(Policy, codec.loads(row.body)))
                for row in found
            ]

    def supply(self, c: UUID) -> list[Supply]:
        """What circulates of each currency and form, and the reserve behind it. What a programme has paid out is gone."""
        balance = account.c.credits_posted - account.c.debits_posted
        positive = cast(func.sum(case((balance > 0, balance), else_=0)), BigInteger)
        with self.snapshot() as seen, seen.connected() as connection:
            number = self._number(connection, c)
            mine = account.c.community_id == number
            out = account.c.kind != AccountKind.SETTLED.value
            grouped = select(account.c.currency_no, account.c.form, positive).where(mine, out)
            amounts = {
                (unit, form): amount
                for unit, form, amount in connection.execute(
                    grouped.group_by(account.c.currency_no, account.c.form)
                )
            }
            funds = select(account.c.uid, balance).where(mine, account.c.kind == AccountKind.RESERVE.value)
            euros: dict[UUID, int] = {row[0]: row[1] for row in connection.execute(funds)}
            units = seen.currencies(c)
        answer = []
        for unit in units:
            for form in Form if unit.model is Model.BACKED else (Form.DIGITAL,):
                if unit.model is not Model.MIRROR:
                    fund = technical_uid(c, MIRROR_CODE, AccountKind.RESERVE, form, unit.code)
                    backing = euros[fund] if unit.model is Model.BACKED else None
                    answer.append(
                        Supply(unit.code, unit.model, form, amounts.get((unit.no, form.value), 0), backing)
                    )
        return answer

    # --- accounts ---

    def account(self, c: UUID, uid: UUID) -> Account:
        """One account with its totals."""
        with self.connected() as connection:
            row = connection.execute(
                self._of(connection, account, c).where(account.c.uid == uid)
            ).one_or_none()
        if row is None:
            raise Rejected(Code.ACCOUNT_NOT_FOUND, "no such account in this community", "account")
        return rows.from_row(row)

    def accounts(
        self,
        c: UUID,
        code: str | None = None,
        kind: AccountKind | None = None,
        after_no: int = 0,
        limit: int = 100,
    ) -> list[Account]:
        """Accounts by number, after a number, of a currency and a kind if these are given."""
        with self.connected() as connection:
            query = self._of(connection, account, c).where(account.c.no > after_no)
            if code is not None:
                query = query.where(account.c.currency_no == self._currency(connection, c, code))
            if kind is not None:
                query = query.where(account.c.kind == kind.value)
            found = connection.execute(query.order_by(account.c.no).limit(min(limit, MOST)))
            return [rows.from_row(row) for row in found]

    def numbered(self, c: UUID, numbers: Collection[int]) -> dict[int, tuple[UUID, int]]:
        """Account number → (uuid, currency number): what the transfers of an entry speak of. Neither ever changes."""
        found: dict[int, tuple[UUID, int]] = {}
        wanted = list(numbers)
        with self.connected() as connection:
            mine = account.c.community_id == self._number(connection, c)
            query = select(account.c.no, account.c.uid, account.c.currency_no).where(mine)
            for start in range(0, len(wanted), MOST):
                some = query.where(account.c.no.in_(wanted[start : start + MOST]))
                found.update((no, (uid, unit)) for no, uid, unit in connection.execute(some))
        return found

    # --- holds and what happened to an entry ---

    def hold(self, c: UUID, uid: UUID) -> Hold:
        """One hold; `resolved` says what became of it. A due one that nobody has expired yet still reads open."""
        with self.connected() as connection:
            query = holds_query(self._number(connection, c)).where(holds.c.id == uid)
            row = connection.execute(query).one_or_none()
        if row is None:
            raise Rejected(Code.HOLD_NOT_FOUND, "no such hold in this community", "hold")
        return hold_of(row)

    def open_holds(self, c: UUID, uid: UUID) -> list[Hold]:
        """The unresolved holds from and for an account, oldest first."""
        with self.snapshot() as seen, seen.connected() as connection:
            no = seen.account(c, uid).no
            still = (open_hold.c.community_id == holds.c.community_id) & (open_hold.c.id == holds.c.id)
            query = self._of(connection, holds, c).join(open_hold, still)
            query = query.where((holds.c.debit_no == no) | (holds.c.credit_no == no)).order_by(holds.c.seq)
            return [hold_of((*row, None)) for row in connection.execute(query)]

    def holds_due(self, now: int, limit: int = 1_000) -> list[tuple[UUID, UUID]]:
        """(community, hold) of holds whose time is over, the longest overdue first."""
        query = (
            select(community.c.uid, open_hold.c.id)
            .join(community, community.c.community_id == open_hold.c.community_id)
            .where(open_hold.c.expires_at <= now)
            .order_by(open_hold.c.expires_at)
            .limit(limit)
        )
        with self.connected() as connection:
            return [(uid, hold) for uid, hold in connection.execute(query)]

    def links(self, c: UUID, target_seq: int) -> list[LinkView]:
        """What later entries did to this one."""
        with self.connected() as connection:
            query = self._of(connection, link, c).where(link.c.target_seq == target_seq)
            found = connection.execute(query.order_by(link.c.role, link.c.ordinal))
            return [LinkView(r.target_seq, r.role, r.ordinal, r.seq, r.total, r.cap) for r in found]

    def memo(self, c: UUID, seq: int) -> Memo | None:
        """The text beside an entry, unless there is none or it was erased."""
        with self.connected() as connection:
            row = connection.execute(self._of(connection, memo, c).where(memo.c.seq == seq)).one_or_none()
            return None if row is None else Memo(bytes(row.salt), row.text)

    def memos(self, c: UUID, seqs: Collection[int]) -> dict[int, str]:
        """The texts beside some entries, by number; those without one are left out."""
        found: dict[int, str] = {}
        wanted = list(seqs)
        with self.connected() as connection:
            for start in range(0, len(wanted), MOST):
                query = self._of(connection, memo, c).where(memo.c.seq.in_(wanted[start : start + MOST]))
                found.update((row.seq, row.text) for row in connection.execute(query))
        return found

    def _currency(self, connection: Any, c: UUID, code: str) -> int:
        query = self._of(connection, currency, c).where(currency.c.code == code)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise Rejected(Code.CURRENCY_NOT_FOUND, f"no currency {code} here", "currency")
        return int(row.no)
