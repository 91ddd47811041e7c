"""Tokens and codes that people type, and secrets at rest."""

from __future__ import annotations

import pytest

from api.identity.tokens import ALPHABET, Code, new_code, new_key, new_link_token, read_code
from api.identity.vault import Vault, token_hash
from ledger.core.errors import Unavailable


def test_a_key_has_256_bits_and_no_sign_that_breaks_a_word() -> None:
    key = new_key()
    assert key.startswith("rico_") and key.removeprefix("rico_").isalnum() and key == key.lower()
    assert len(key.removeprefix("rico_")) * 5 >= 256
    assert len({new_key() for _ in range(100)}) == 100


def test_a_link_cannot_be_guessed() -> None:
    assert len(new_link_token()) * 5 >= 128 and new_link_token().isalnum()


def test_a_code_has_60_bits_and_no_ambiguous_sign() -> None:
    code = new_code("RIV")
    assert str(code).startswith("RIV-") and len("".join(code.groups)) * 5 >= 60
    assert len(ALPHABET) == 32 and not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("typed", "community"),
    [
        ("RIV-7K30-M1XD-40TB", "RIV"),
        ("riv-7k3o-mixd-4otb", "RIV"),
        ("  riv 7K3O MLXD 40TB ", "RIV"),
        ("ACC-CHY-7K30-M1XD-40TB", "ACC-CHY"),
        ("OIL-7K30-M1XD-40TB", "OIL"),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, community: str) -> None:
    assert read_code(typed) == Code(community, ("7K30", "M1XD", "40TB"))


@pytest.mark.parametrize("typed", ["", "RIV", "RIV-7K30-M1XD", "7K30-M1XD-40TB", "RIV-7K3-M1XD-40TB", "R%V-7K30-M1XD-40TU"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_a_code_reads_back() -> None:
    for _ in range(50):
        code = new_code("ACC-CHY")
        assert read_code(str(code).lower()) == code


def test_a_secret_comes_back_only_with_its_key_and_its_id() -> None:
    vault = Vault(b"m" * 32)
    wrapped = vault.wrap(b"secret", b"one")
    assert vault.unwrap(wrapped, b"one") == b"secret" and b"secret" not in wrapped
    assert vault.wrap(b"secret", b"one") != wrapped
    for other, bound_to in ((vault, b"two"), (Vault(b"n" * 32), b"one")):
        with pytest.raises(Unavailable, match="master key"):
            other.unwrap(wrapped, bound_to)


def test_codes_are_hashed_under_the_master_key_and_tokens_plainly() -> None:
    assert Vault(b"m" * 32).code_hash("RIV-1") != Vault(b"n" * 32).code_hash("RIV-1")
    assert len(token_hash("rico_x")) == 32 and token_hash("rico_x") != token_hash("rico_y")
