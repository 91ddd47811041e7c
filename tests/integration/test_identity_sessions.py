"""Sessions stand for API keys and end with them; sign-in links work so often and so long; authenticator codes once."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from sqlalchemy import func, select

from api.identity import links, sessions
from api.identity.authenticator import LOCKED
from api.identity.errors import Refused
from api.identity.principal import Role
from api.identity.schema import session, signin_link, totp
from api.identity.sessions import Session
from ledger.community.membership import MemberState
from ledger.service import new_id
from tests.integration.town import SECOND, Phone, Town, open_town


@pytest.fixture
def town(engine_url: str) -> Iterator[Town]:
    with open_town(engine_url) as made:
        yield made


def begun(town: Town, role: Role = Role.AUDITOR) -> tuple[str, Session]:
    """A token and its session."""
    token = town.identity.sessions.begin(town.community, town.key(role).key.id)
    found = town.identity.sessions.find(token)
    assert found is not None
    return token, found


def test_a_session_may_what_its_key_may_and_its_token_is_kept_as_a_hash(town: Town) -> None:
    ana = town.member("Ana", locale="en")
    token = town.identity.sessions.begin(town.community, town.key(Role.MEMBER, member=ana).key.id)
    found = town.identity.sessions.find(token)
    assert found is not None
    assert (found.principal.member, found.principal.accounts) == (ana.id, frozenset(ana.accounts))
    assert (found.name, found.locale, found.teller, found.device) == ("Ana", "en", "", None)
    with town.ledger.database.read.connect() as connection:
        assert token not in str(connection.execute(session.select()).all())
    assert town.identity.sessions.find(token + "0") is None
    assert town.identity.sessions.find("") is None


def test_revoking_the_key_ends_its_sessions_at_once(town: Town) -> None:
    token, found = begun(town)
    assert found.principal.key is not None
    town.identity.keys.revoke(town.community, found.principal.key)
    assert town.identity.sessions.find(token) is None
    with pytest.raises(Refused) as refused:
        town.identity.sessions.begin(town.community, found.principal.key)
    assert refused.value.code == "key_ended"


def test_revoking_the_device_ends_its_sessions_at_once(town: Town) -> None:
    ana = town.member("Ana")
    enrolled = town.enrol(ana, Phone())
    token = town.identity.sessions.begin(town.community, enrolled.key.key.id)
    found = town.identity.sessions.find(token)
    assert found is not None and found.device == enrolled.device.id
    town.identity.devices.revoke(town.community, enrolled.device.id, new_id())
    assert town.identity.sessions.find(token) is None


def test_an_unused_session_ends_and_a_used_one_goes_on_but_not_for_ever(town: Town) -> None:
    token, _ = begun(town)
    for _ in range(14):  # every half a day but a minute
        town.clock.now += sessions.IDLE - 60 * SECOND
        assert town.identity.sessions.find(token) is not None
    town.clock.now += sessions.HOUR
    assert town.identity.sessions.find(token) is None, "seven days are over"
    other, _ = begun(town)
    town.clock.now += sessions.IDLE
    assert town.identity.sessions.find(other) is None


def test_a_members_own_device_stays_signed_in_for_months(town: Town) -> None:
    enrolled = town.enrol(town.member("Ana"), Phone())
    token = town.identity.sessions.begin(town.community, enrolled.key.key.id)
    town.clock.now += 80 * sessions.DAY
    assert town.identity.sessions.find(token) is not None
    town.clock.now += 91 * sessions.DAY
    assert town.identity.sessions.find(token) is None


def test_signing_out_here_and_everywhere_else(town: Town) -> None:
    key = town.key(Role.AUDITOR).key.id
    identity = town.identity
    one, two, three = (identity.sessions.begin(town.community, key) for _ in range(3))
    mine = identity.sessions.find(two)
    assert mine is not None and len(identity.sessions.of(town.community, key)) == 3
    identity.sessions.end_others(mine)
    assert [identity.sessions.find(each) is None for each in (one, two, three)] == [True, False, True]
    identity.sessions.end(town.community, mine.id)
    identity.sessions.end(town.community, mine.id)
    assert identity.sessions.find(two) is None


def test_a_confirmation_is_believed_for_five_minutes(town: Town) -> None:
    token, found = begun(town)
    assert not town.identity.sessions.fresh(found)
    town.identity.sessions.stepped_up(town.community, found.id)
    again = town.identity.sessions.find(token)
    assert again is not None and town.identity.sessions.fresh(again)
    town.clock.now += sessions.STEP_UP
    assert not town.identity.sessions.fresh(again)


def test_who_is_at_the_till_is_remembered(town: Town) -> None:
    token, found = begun(town)
    town.identity.sessions.set_teller(town.community, found.id, "Lou")
    again = town.identity.sessions.find(token)
    assert again is not None and again.teller == "Lou"


def test_an_erased_member_leaves_no_way_in(town: Town) -> None:
    ana = town.member("Ana")
    key = town.key(Role.MEMBER, member=ana).key.id
    town.identity.sessions.begin(town.community, key)
    town.identity.links.make(town.community, key)
    town.identity.authenticators.begin(town.community, key, "Ana", "Rivage")
    town.identity.people.change(town.community, ana.id, ana.version, {"state": MemberState.LEFT})
    town.identity.erasure.erase(town.community, ana.id, new_id())
    with town.ledger.database.read.connect() as connection:
        for table in (session, signin_link, totp):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


# --- links ---


def test_a_link_signs_in_so_often_and_looking_uses_nothing_up(town: Town) -> None:
    key = town.key(Role.TREASURER).key.id
    token = town.identity.links.make(town.community, key, uses=2)
    for _ in range(5):
        assert town.identity.links.look(token).roles == (Role.TREASURER,)
    assert [town.identity.links.use(token).key for _ in range(2)] == [key, key]
    for ask in (town.identity.links.look, town.identity.links.use):
        with pytest.raises(Refused) as refused:
            ask(token)
        assert refused.value.code == "signin_link_refused"


def test_a_link_ends_with_time_and_with_its_key(town: Town) -> None:
    made = [town.key(Role.AUDITOR).key.id for _ in range(2)]
    old, dead = (town.identity.links.make(town.community, key) for key in made)
    town.identity.keys.revoke(town.community, made[1])
    with pytest.raises(Refused, match="this link was used"):
        town.identity.links.look(dead)
    town.clock.now += links.LINK_LIFE
    with pytest.raises(Refused, match="this link was used"):
        town.identity.links.use(old)


def test_a_members_link_says_the_members_name(town: Town) -> None:
    ana = town.member("Ana")
    token = town.identity.links.make(town.community, town.key(Role.MEMBER, member=ana).key.id)
    assert town.identity.links.look(token).name == "Ana"


# --- authenticator apps ---


class App:
    """An authenticator app that has scanned the code."""

    def __init__(self, town: Town) -> None:
        self.town, self.key = town, town.key(Role.OPERATOR).key.id
        town.identity.authenticators.begin(town.community, self.key, "Office", "Rivage")
        address = town.identity.authenticators.address(town.community, self.key, "Office", "Rivage")
        assert address is not None and address.startswith("otpauth://totp/Rivage:Office?secret=")
        self._codes = pyotp.parse_uri(address)

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps of half a minute later."""
        assert isinstance(self._codes, pyotp.TOTP)
        return self._codes.at(self.town.clock.now // SECOND + 30 * steps)

    def check(self, code: str) -> None:
        """What the server says of a code; Refused when it is not good."""
        self.town.identity.authenticators.check(self.town.community, self.key, code)


def test_the_first_good_code_confirms_the_app_and_none_is_taken_twice(town: Town) -> None:
    app, has = App(town), town.identity.authenticators.has
    assert not has(town.community, app.key)
    app.check(app.code()[:3] + " " + app.code()[3:])
    assert has(town.community, app.key)
    for code in (app.code(), app.code(-1)):
        with pytest.raises(Refused, match="not good"):
            app.check(code)
    app.check(app.code(1))
    assert town.identity.authenticators.address(town.community, app.key, "Office", "Rivage") is None
    with pytest.raises(Refused, match="already"):
        town.identity.authenticators.begin(town.community, app.key, "Office", "Rivage")


def test_guessing_is_stopped(town: Town) -> None:
    app = App(town)
    for _ in range(5):
        with pytest.raises(Refused, match="not good"):
            app.check("000000" if app.code() != "000000" else "000001")
    with pytest.raises(Refused, match="quarter of an hour"):
        app.check(app.code())
    town.clock.now += LOCKED
    app.check(app.code())
    assert town.identity.authenticators.has(town.community, app.key)


def test_the_secret_is_kept_as_ciphertext_and_forgotten_when_removed(town: Town) -> None:
    app = App(town)
    with town.ledger.database.read.connect() as connection:
        kept = bytes(connection.execute(select(totp.c.secret)).scalar_one())
    assert app._codes.secret.encode() not in kept
    town.identity.authenticators.remove(town.community, app.key)
    town.identity.authenticators.remove(town.community, app.key)
    with pytest.raises(Refused, match="set an authenticator app up"):
        app.check("123456")
