"""`ricochet signin`: the link it prints signs in as what was asked, and what does not fit is refused with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

import api.__main__  # noqa: F401 - adds `signin` to the operator's commands
from api.identity.principal import Role
from tests.integration.test_operator_cli import KEY, expect_done, expect_sentence, ricochet
from tests.pages.visiting import visited


@pytest.fixture(autouse=True)
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a community, a business and two members of one name."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'books.db'}"
    monkeypatch.setenv("RICOCHET_DATABASE", url)
    monkeypatch.setenv("RICOCHET_MASTER_KEY", KEY)
    expect_done("community", "create", "MES")
    expect_done("currency", "define", "MES", "EUS", "--model", "mutual")
    expect_done("member", "add", "MES", "EUS", "The Bakery", "--kind", "business")
    for _ in range(2):
        expect_done("member", "add", "MES", "EUS", "Twin")
    return url


@pytest.mark.parametrize(
    ("arguments", "roles"),
    [
        (("--role", "operator", "--community", "MES", "--label", "Front desk"), (Role.OPERATOR,)),
        (("--role", "merchant", "--community", "MES", "--member", "the bakery"), (Role.MERCHANT,)),
        (("--role", "platform_admin"), (Role.PLATFORM_ADMIN,)),
    ],
)
def test_a_link_signs_in_as_what_was_asked(
    books: str, arguments: tuple[str, ...], roles: tuple[Role, ...]
) -> None:
    link = expect_done("signin", *arguments).strip()
    assert link.startswith("http://localhost:8000/s/")
    path = link.removeprefix("http://localhost:8000")
    with visited(books) as site:
        visitor = site.stranger()
        visitor.get(path)
        visitor.post(path, {})
        found = site.use.identity.sessions.find(visitor.client.cookies["ricochet"])
        assert found is not None and found.principal.roles == set(roles)
        assert found.name == {"operator": "Front desk", "merchant": "The Bakery"}.get(
            roles[0].value, roles[0].value
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "member", "--community", "MES"), "--member is missing"),
        (("--role", "member", "--community", "MES", "--member", "The Bakery"), "--role must be merchant"),
        (("--role", "member", "--community", "MES", "--member", "Twin"), "is several members"),
        (("--role", "member", "--community", "MES", "--member", "Nobody"), "is nobody here"),
        (
            ("--role", "platform_admin", "--community", "MES"),
            "--community does not go with a role of the platform",
        ),
        (("--role", "operator"), "--community is missing"),
        (("--role", "operator", "--community", "NIX"), "no community NIX here"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: tuple[str, ...], said: str) -> None:
    expect_sentence(1, said, "signin", *arguments)


def test_a_role_that_does_not_exist_is_a_usage_error() -> None:
    assert ricochet("signin", "--role", "king").code == 2


def test_a_code_is_made_for_who_is_named() -> None:
    assert expect_done("member", "invite", "MES", "the bakery").startswith("code     MES-")
    expect_sentence(1, "is several members", "member", "invite", "MES", "Twin")
