"""Codes of an authenticator app (TOTP): how staff without a passkey confirm what needs a step up.

A code is taken once. After five wrong ones in a row none is taken for a quarter of an hour.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import and_, delete, insert, select, update

from api.identity.errors import Refused, forbidden, invalid
from api.identity.records import Records
from api.identity.schema import totp
from api.identity.vault import Vault
from ledger.core.errors import Kind

STEP = 30
SECOND = 10**9
ATTEMPTS = 5
LOCKED = 900 * SECOND


class Authenticators:
    """The authenticator app of each API key: none, one that waits for its first code, or one in use."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def has(self, community: UUID, key: UUID) -> bool:
        """Whether the key has an app that has given a good code before."""
        row = self._row(community, key)
        return row is not None and bool(row.confirmed)

    def begin(self, community: UUID, key: UUID, name: str, issuer: str) -> str:
        """The otpauth:// address of a new secret, for a QR code; it replaces one that was never confirmed."""
        if self.has(community, key):
            raise forbidden("totp_known", "there is an authenticator app already; remove it first")
        secret = pyotp.random_base32()
        with self._records.write() as connection:
            connection.execute(delete(totp).where(_is(community, key)))
            connection.execute(
                insert(totp).values(
                    community=community, api_key=key, secret=self._vault.wrap_seed(secret.encode(), key.bytes),
                    created_at=self._records.clock(), confirmed=0, last_step=0, attempts=0, locked_until=0,
                )
            )  # fmt: skip
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)

    def address(self, community: UUID, key: UUID, name: str, issuer: str) -> str | None:
        """The otpauth:// address of a secret that waits for its first code."""
        row = self._row(community, key)
        if row is None or row.confirmed:
            return None
        return pyotp.TOTP(self._secret(row)).provisioning_uri(name=name, issuer_name=issuer)

    def check(self, community: UUID, key: UUID, code: str) -> None:
        """Take a code; the first good one confirms the app. Raises Refused."""
        now = self._records.clock()
        with self._records.write() as connection:
            row = connection.execute(select(totp).where(_is(community, key)).with_for_update()).first()
            if row is None:
                raise invalid("code", "cannot be checked; set an authenticator app up first")
            step = None if row.locked_until > now else self._step(row, code, now)
            wrong = row.attempts + 1
            values = (
                {"confirmed": 1, "last_step": step, "attempts": 0, "locked_until": 0}
                if step is not None
                else {"attempts": wrong % ATTEMPTS, "locked_until": now + LOCKED * (wrong >= ATTEMPTS)}
                if row.locked_until <= now
                else {}
            )
            if values:
                connection.execute(update(totp).where(_is(community, key)).values(values))
        if row.locked_until > now:
            raise _locked()
        if step is None:
            raise Refused(
                Kind.INVALID, "code_refused", "this code is not good; type the newest one of your app", "code"
            )

    def remove(self, community: UUID, key: UUID) -> None:
        """Forget the app. Doing it again changes nothing."""
        with self._records.write() as connection:
            connection.execute(delete(totp).where(_is(community, key)))

    def _step(self, row: Any, code: str, now: int) -> int | None:
        """The step of time that a code is of, a step early or late allowed; None when it is not good or not new."""
        digits = "".join(code.split())
        generator, present = pyotp.TOTP(self._secret(row)), now // SECOND // STEP
        for step in (present - 1, present, present + 1):
            if step > row.last_step and pyotp.utils.strings_equal(generator.generate_otp(step), digits):
                return step
        return None

    def _secret(self, row: Any) -> str:
        return self._vault.unwrap_seed(bytes(row.secret), row.api_key.bytes).decode()

    def _row(self, community: UUID, key: UUID) -> Any:
        with self._records.read() as connection:
            return connection.execute(select(totp).where(_is(community, key))).first()


def _locked() -> Refused:
    return Refused(
        Kind.FORBIDDEN,
        "code_locked",
        "too many wrong codes; wait a quarter of an hour, or use a passkey",
        "code",
    )


def _is(community: UUID, key: UUID) -> Any:
    return and_(totp.c.community == community, totp.c.api_key == key)
