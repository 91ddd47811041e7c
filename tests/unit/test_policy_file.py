"""A policy is read from TOML over its model's preset; a wrong key or value is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.accounts import Model
from ledger.core.governance import policy_field
from ledger.core.policy import Policy, Programme
from ledger.interchange.policy_file import PRESETS, PolicyFileError, parse_policy, read_policy


def test_every_preset_is_a_policy_that_the_core_takes() -> None:
    for preset in PRESETS.values():
        policy_field(preset)
    assert set(PRESETS) == set(Model) - {Model.MIRROR}


def test_the_file_changes_what_it_names() -> None:
    policy = parse_policy('payment_fee_bp = 100\ndefault_line = "none"\nspheres = true', Policy(step=15))
    assert policy == Policy(step=15, payment_fee_bp=100, default_line=None, spheres=True)


def test_programmes_have_dates() -> None:
    text = """
    [[programmes]]
    code = "books"
    budget = 100000
    sectors = ["47.61Z"]
    starts_at = 1970-01-02
    ends_at = 1970-01-02T01:00:00+01:00
    """
    (programme,) = parse_policy(text, Policy()).programmes
    day = 86_400 * 10**9
    assert programme == Programme(
        code="books", budget=100_000, sectors=("47.61Z",), starts_at=day, ends_at=day
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fee = 1", "fee: unknown"),
        ("payment_fee_bp = 1.5", "payment_fee_bp: must be a whole number"),
        ("payment_fee_bp = true", "payment_fee_bp: must be a whole number"),
        ('payment_fee_bp = "none"', "payment_fee_bp: must be a whole number"),
        ('default_line = "5"', 'default_line: must be a whole number or "none"'),
        ("spheres = 1", "spheres: must be true or false"),
        ('demurrage_exempt = "x"', "demurrage_exempt: must be a list of texts"),
        ("programmes = 3", "programmes: write each as a table"),
        ('[[programmes]]\ncode = "a"', r"programmes\[0\].budget: missing"),
        ('[[programmes]]\ncode = "a"\nbudget = 1\nends_at = 5', r"programmes\[0\].ends_at: must be a date"),
        ('[[programmes]]\ncode = "a"\nbudget = 1\nends_at = 2027-01-01T00:00:00', "needs its offset"),
        ("[[programmes]]\ncode = 1\nbudget = 1", r"programmes\[0\].code: must be a text"),
        ("=", "not TOML"),
    ],
)
def test_a_wrong_policy_names_its_key(text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        parse_policy(text, Policy())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"none\.toml"):
        read_policy(tmp_path / "none.toml", Policy())
