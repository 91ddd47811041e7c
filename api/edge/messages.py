"""The words of problems: English as the ledger says them, French by table.

A refusal's English sentence comes from the core, with its figures. The French one is made by a pattern over that
sentence where figures matter, and else by its code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from api.edge.messages_fr import PATTERNS, REFUSALS

_COMPILED = [(re.compile(pattern), template) for pattern, template in PATTERNS]
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


@lru_cache(maxsize=1_024)
def language(accepted: str) -> str:
    """ "fr" or "en", whichever an Accept-Language header prefers; English when it says neither."""
    best, weight = "en", 0
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";")
        name = tag.split("-")[0].lower()
        thousandths = _thousandths(quality)
        if name in ("fr", "en") and thousandths > weight:
            best, weight = name, thousandths
    return best


def _thousandths(quality: str) -> int:
    found = re.fullmatch(r"\s*q=([01])(?:\.(\d{1,3}))?\s*", quality)
    if found is None:
        return 1_000 if not quality else 0
    return min(int(found[1]) * 1_000 + int((found[2] or "0").ljust(3, "0")), 1_000)


def title(code: str, lang: str) -> str:
    """The short name of a problem."""
    if lang == "fr" and code in REFUSALS:
        return REFUSALS[code][0]
    return code.replace("_", " ").capitalize()


def detail(code: str, english: str, lang: str) -> str:
    """One sentence: what happened and what to do."""
    if lang != "fr":
        return english
    said = translate(english, lang)
    return said if said != english or code not in REFUSALS else REFUSALS[code][1]


def translate(english: str, lang: str) -> str:
    """A sentence of ours by pattern; itself when no pattern knows it."""
    if lang != "fr":
        return english
    for pattern, template in _COMPILED:
        found = pattern.fullmatch(english)
        if found:
            return template.format(
                **{k: _DECIMAL.sub(",", v or "") for k, v in found.groupdict().items()}
            ).strip()
    return english


_REMEDIES = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a field of this request; remove it",
    "int_type": "must be a whole number without quotes, fraction or exponent",
    "int_from_float": "must be a whole number without quotes, fraction or exponent",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number from 0 to 9007199254740991",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "uuid_type": "must be a UUID in quotes",
    "uuid_parsing": "must be a UUID",
    "uuid_version": "must be a UUID",
    "string_type": "must be text in quotes",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "string_unicode": "must be valid Unicode",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}
OURS = frozenset({"amount_not_positive", "amount_too_large", "printable", "bytes", "moment"})
"""Kinds of faults whose message is ours already (api/schemas/common.py)."""


def remedy(error: Mapping[str, Any]) -> str:
    """What to do about one fault that pydantic found, without repeating what was sent."""
    kind = str(error["type"])
    if kind in ("value_error", "assertion_error"):
        return str(error["msg"]).partition(", ")[2]
    if kind in OURS:
        return str(error["msg"])
    template = _REMEDIES.get(kind)
    return template.format(**error.get("ctx", {})) if template else "cannot be read; see /openapi.json"
