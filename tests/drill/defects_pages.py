"""Defects of the pages: somebody gets in, or gets something done, who should not."""

from __future__ import annotations

from tests.drill.defect import Defect

PAGES = (
    Defect(
        "a form needs no token", "api/pages/frame/guard.py",
        "if not ours or not hmac.compare_digest(token.encode(), visit.csrf.encode()):", "if not ours:",
        "tests/pages/test_problems.py",
    ),
    Defect(
        "a form may come from another site", "api/pages/frame/guard.py",
        'ours = site == "same-origin"', "ours = True", "tests/pages/test_problems.py",
    ),
    Defect(
        "every browser has the same form token", "api/pages/frame/cookies.py",
        'b"form:" + holder.encode()', 'b"form:"', "tests/pages/test_problems.py",
    ),
    Defect(
        "a page is for every role", "api/pages/frame/guard.py",
        "visit._caller = await admit(visit.use, session.principal, self.action, named, platform=self.platform)",
        "visit._caller = Caller(visit.use, session.principal, session.community, False)", "tests/pages/test_problems.py",
    ),
    Defect(
        "nobody is asked to confirm", "api/pages/frame/guard.py",
        "if visit.use.identity.sessions.fresh(session):", "if session:", "tests/pages/test_account.py",
    ),
    Defect(
        "a confirmation holds for ever", "api/identity/sessions.py",
        "return mine.step_up_until > self._records.clock()", "return mine.step_up_until > 0",
        "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "a session outlives its key", "api/identity/sessions.py",
        "if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):",
        "if row is None:", "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "a session never ends", "api/identity/sessions.py",
        "expires_at=min(now + idle, row.ends_at)", "expires_at=now + idle", "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "a sign-in link works for ever", "api/identity/links.py",
        "values(uses_left=signin_link.c.uses_left - 1)", "values(uses_left=signin_link.c.uses_left)",
        "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "a passkey's answer is taken by any browser", "api/identity/passkeys.py",
        "        passkey_challenge.c.bound_to == token_hash(bound_to),\n", "", "tests/integration/test_identity_passkeys.py",
    ),
    Defect(
        "a passkey's question stays open", "api/identity/passkeys.py",
        "        passkey_challenge.c.expires_at > self._records.clock(),\n", "", "tests/integration/test_identity_passkeys.py",
    ),
    Defect(
        "anybody's passkey confirms", "api/identity/passkeys.py",
        "(row.community, row.api_key) != (mine.community, mine.principal.key)", "row.community != mine.community",
        "tests/integration/test_identity_passkeys.py",
    ),
    Defect(
        "an authenticator's code is taken twice", "api/identity/authenticator.py",
        "if step > row.last_step and", "if step and", "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "codes can be guessed", "api/identity/authenticator.py",
        "now + LOCKED * (wrong >= ATTEMPTS)", "now", "tests/integration/test_identity_sessions.py",
    ),
    Defect(
        "signing in leads to any site", "api/pages/signin/home.py",
        'not target.startswith(("//", "/\\\\"))', "True", "tests/pages/test_hostile.py",
    ),
)  # fmt: skip
