"""What went wrong with a form, in the visitor's language: a sentence, and one for each field at fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.edge import messages
from api.identity.errors import Refused
from api.pages.frame.texts import say
from api.problems import STATUS, Problem
from ledger.core.errors import Corrupt, LedgerError, Rejected


@dataclass(frozen=True, slots=True)
class Fault:
    """`said` is the sentence on top; `fields` are sentences by the name of the field that they belong to."""

    status: int
    code: str
    said: str
    fields: Mapping[str, str] = field(default_factory=dict)


class Misfilled(Problem):
    """A form with fields that cannot be taken; their sentences are in the visitor's language already."""

    def __init__(self, fields: Mapping[str, str], said: str) -> None:
        super().__init__(
            422,
            "invalid_field",
            said,
            errors=[{"field": name, "detail": text} for name, text in fields.items()],
        )
        self.fields = dict(fields)


def fault_of(error: LedgerError, lang: str) -> Fault | None:
    """A refusal as a fault of the form that asked; None for what no other input would mend."""
    match error:
        case Misfilled(fields=fields, detail=said):
            return Fault(422, "invalid_field", said, fields)
        case Problem(status=status, code=code, detail=detail, field=name) if status < 500:
            return _told(status, code, detail, name, lang)
        case Rejected(kind=kind, code=code, detail=detail, field=name):
            return _told(STATUS[kind], code.value, detail, name, lang)
        case Refused(kind=kind, code=code, detail=detail, field=name):
            return _told(STATUS[kind], code, detail, name, lang)
        case Corrupt():
            return None
    return Fault(
        503,
        "unavailable",
        say(lang, "The server cannot answer right now. Send it again: nothing is done twice."),
    )


def _told(status: int, code: str, detail: str, name: str, lang: str) -> Fault:
    said = sentence(messages.detail(code, detail, lang), name)
    return Fault(status, code, said, {name: said} if name else {})


def sentence(text: str, name: str = "") -> str:
    """A detail of the API as a sentence on a page: no field's name before it, a capital, a full stop."""
    bare = text.removeprefix(f"{name}: ").strip() if name else text.strip()
    ended = bare if bare.endswith((".", "!", "?")) else f"{bare}."
    return ended[:1].upper() + ended[1:]
