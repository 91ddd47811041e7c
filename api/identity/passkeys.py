"""Passkeys (WebAuthn): a browser or telephone proves that its holder is there. Each belongs to an API key.

A challenge is answered once, within five minutes, by the browser that asked for it (`bound_to`: its cookie).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import and_, delete, insert, select, update
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.identity.errors import Refused, conflict, forbidden, not_found
from api.identity.records import Records
from api.identity.schema import NOBODY, passkey, passkey_challenge
from api.identity.sessions import Session
from api.identity.vault import token_hash
from ledger.core.errors import Kind
from ledger.service import new_id

CHALLENGE_LIFE = 300 * 10**9
CHALLENGE_BYTES = 32
VERIFIED = UserVerificationRequirement.REQUIRED
"""The device asks for a finger, a face or a PIN: a passkey is two factors by itself."""


@dataclass(frozen=True, slots=True)
class Site:
    """The site that a passkey is for: the host that browsers hold it to, the origin that they report."""

    host: str
    origin: str

    @property
    def can(self) -> bool:
        """Whether browsers allow passkeys here: for names, not for addresses of machines."""
        return not _is_address(self.host)


def site_of(public_url: str) -> Site:
    """The site of a public URL. This machine's own address is called localhost, which browsers allow passkeys for."""
    parts = urlsplit(public_url or "http://localhost")
    host = parts.hostname or "localhost"
    if _is_address(host) and ip_address(host).is_loopback:
        host = "localhost"
    port = f":{parts.port}" if parts.port else ""
    return Site(host, f"{parts.scheme}://{host}{port}")


@dataclass(frozen=True, slots=True)
class Passkey:
    """What may be shown of a passkey. Moments are ns since 1970."""

    community: UUID
    id: UUID
    key: UUID
    member: UUID | None
    label: str
    created_at: int
    used_at: int | None
    revoked_at: int | None


class Passkeys:
    """The passkeys of every community."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def offer(self, site: Site, mine: Session, bound_to: str, community_name: str) -> str:
        """What `navigator.credentials.create` is asked, as JSON, to make a passkey for a session's key."""
        key = mine.principal.key
        assert key is not None  # every session has one
        known = [PublicKeyCredentialDescriptor(id=row.credential) for row in self._rows(mine.community, key)]
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=community_name,
            user_id=key.bytes,
            user_name=mine.name or community_name,
            user_display_name=mine.name or community_name,
            challenge=self._challenge(bound_to),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
            exclude_credentials=known,
        )
        return webauthn.options_to_json(options)

    def register(self, site: Site, mine: Session, bound_to: str, answer: str, label: str) -> Passkey:
        """Keep the passkey that a browser made. Raises Refused."""
        key, now = mine.principal.key, self._records.clock()
        assert key is not None
        try:
            made = webauthn.verify_registration_response(
                credential=answer, expected_challenge=self._answered(answer, bound_to), expected_rp_id=site.host,
                expected_origin=site.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError) as error:
            raise _refused() from error
        uid = new_id()
        row = {
            "id": uid, "credential": made.credential_id, "public_key": made.credential_public_key,
            "sign_count": made.sign_count, "api_key": key, "member": mine.principal.member, "label": label,
            "created_at": now,
        }  # fmt: skip
        with self._records.write() as connection:
            taken = select(passkey.c.id).where(passkey.c.credential == made.credential_id)
            if connection.execute(taken).first() is not None:
                raise conflict("passkey_known", "this passkey is registered already; use it to sign in")
            connection.execute(insert(passkey).values(community=mine.community, **row))
        return Passkey(mine.community, uid, key, mine.principal.member, label, now, None, None)

    def ask(self, site: Site, bound_to: str, mine: Session | None = None) -> str:
        """What `navigator.credentials.get` is asked, as JSON: any passkey of this site, or one of a session's key."""
        known = []
        if mine is not None and mine.principal.key is not None:
            rows = self._rows(mine.community, mine.principal.key)
            known = [PublicKeyCredentialDescriptor(id=row.credential) for row in rows]
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=self._challenge(bound_to),
            allow_credentials=known,
            user_verification=VERIFIED,
        )
        return webauthn.options_to_json(options)

    def check(self, site: Site, bound_to: str, answer: str, mine: Session | None = None) -> Passkey:
        """The passkey that answered; with a session, it must be one of its key. Raises Refused (403)."""
        expected = self._answered(answer, bound_to)
        with self._records.write() as connection:
            query = select(passkey).where(passkey.c.credential == _credential(answer)).with_for_update()
            row = connection.execute(query).first()
            if row is None or row.revoked_at is not None:
                raise _refused()
            if mine is not None and (row.community, row.api_key) != (mine.community, mine.principal.key):
                raise forbidden(
                    "passkey_refused", "this passkey is somebody else's; use the one you signed in with"
                )
            try:
                proof = webauthn.verify_authentication_response(
                    credential=answer, expected_challenge=expected, expected_rp_id=site.host,
                    expected_origin=site.origin, credential_public_key=bytes(row.public_key),
                    credential_current_sign_count=row.sign_count, require_user_verification=True,
                )  # fmt: skip
            except (WebAuthnException, ValueError) as error:
                raise _refused() from error
            ours = and_(passkey.c.community == row.community, passkey.c.id == row.id)
            now = self._records.clock()
            connection.execute(
                update(passkey).where(ours).values(sign_count=proof.new_sign_count, used_at=now)
            )
        return _shown(row)

    def of(self, community: UUID, key: UUID) -> list[Passkey]:
        """The passkeys of an API key that still work, the oldest first."""
        return [_shown(row) for row in self._rows(community, key)]

    def revoke(self, community: UUID, key: UUID, uid: UUID) -> None:
        """A passkey of an API key signs in no more. Raises Refused (404)."""
        ours = and_(passkey.c.community == community, passkey.c.id == uid, passkey.c.api_key == key)
        with self._records.write() as connection:
            done = connection.execute(
                update(passkey)
                .where(ours, passkey.c.revoked_at.is_(None))
                .values(revoked_at=self._records.clock())
            )
        if not done.rowcount:
            raise not_found("passkey")

    def _rows(self, community: UUID, key: UUID) -> list[Any]:
        query = select(passkey).where(
            passkey.c.community == community, passkey.c.api_key == key, passkey.c.revoked_at.is_(None)
        )
        with self._records.read() as connection:
            return list(connection.execute(query.order_by(passkey.c.created_at)))

    def _challenge(self, bound_to: str) -> bytes:
        fresh, now = secrets.token_bytes(CHALLENGE_BYTES), self._records.clock()
        row = {
            "hash": token_hash(fresh.hex()),
            "bound_to": token_hash(bound_to),
            "expires_at": now + CHALLENGE_LIFE,
        }
        with self._records.write() as connection:
            connection.execute(delete(passkey_challenge).where(passkey_challenge.c.expires_at <= now))
            connection.execute(insert(passkey_challenge).values(community=NOBODY, **row))
        return fresh

    def _answered(self, answer: str, bound_to: str) -> bytes:
        """The challenge that an answer is to, used up. Raises Refused when we did not ask it, or asked somebody else."""
        given = _challenge_in(answer)
        ours = and_(
            passkey_challenge.c.community == NOBODY,
            passkey_challenge.c.hash == token_hash(given.hex()),
            passkey_challenge.c.bound_to == token_hash(bound_to),
            passkey_challenge.c.expires_at > self._records.clock(),
        )
        with self._records.write() as connection:
            if not connection.execute(delete(passkey_challenge).where(ours)).rowcount:
                raise _refused()
        return given


def _challenge_in(answer: str) -> bytes:
    try:
        client = json.loads(webauthn.base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        return webauthn.base64url_to_bytes(client["challenge"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused() from error


def _credential(answer: str) -> bytes:
    try:
        return webauthn.base64url_to_bytes(json.loads(answer)["rawId"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused() from error


def _refused() -> Refused:
    return Refused(
        Kind.FORBIDDEN,
        "passkey_refused",
        "this passkey could not be checked; try again, or ask for a sign-in link",
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _shown(row: Any) -> Passkey:
    return Passkey(
        row.community, row.id, row.api_key, row.member, row.label, row.created_at, row.used_at, row.revoked_at
    )
