"""What a form brought, and how it becomes values that a handler can use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.pages.frame.fault import Misfilled
from api.pages.frame.texts import later, say

CSRF, ASSERTION, CODE = "_csrf", "_assertion", "_code"
OURS = frozenset({CSRF, ASSERTION, CODE})
"""Fields of the frame; no page reads or keeps them."""


class Filled(BaseModel):
    """What a form is read into: declare its fields. Empty text counts as missing; a list takes every value of its name."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


M = TypeVar("M", bound=Filled)
Revision = Annotated[int, Field(ge=0, lt=2**31)]
"""Which state of a thing the page has shown."""


class Form:
    """The fields of a form by name, as text, and its files."""

    def __init__(self, values: Mapping[str, Sequence[str]], files: Mapping[str, bytes] | None = None) -> None:
        self.values = {name: list(some) for name, some in values.items()}
        self.files = dict(files or {})

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        found = self.values.get(name)
        return found[-1] if found else default

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.values.get(name, [])

    def has(self, name: str) -> bool:
        """Whether the form brought the field."""
        return name in self.values

    def kept(self) -> list[tuple[str, str]]:
        """Names and values that a page must bring back, without the frame's own."""
        return [(name, value) for name, some in self.values.items() if name not in OURS for value in some]


EMPTY = Form({})


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What nobody types, text brings along now and then, and PostgreSQL does not take. Tabs and ends of lines stay."""


async def form_of(data: FormData) -> Form:
    """A form that the framework has parsed, without control characters."""
    values: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            values.setdefault(name, []).append(_CONTROL.sub("", value))
    return Form(values, files)


_SAID = {
    "missing": later("Fill this in."),
    "int_parsing": later("Type a whole number."),
    "uuid_parsing": later("Choose one of the list."),
    "enum": later("Choose one of the list."),
    "literal_error": later("Choose one of the list."),
    "date_from_datetime_parsing": later("Type a date."),
    "date_parsing": later("Type a date."),
    "string_too_short": later("Type at least %(min_length)s characters."),
    "string_too_long": later("Type at most %(max_length)s characters."),
    "too_short": later("Choose at least %(min_length)s."),
    "too_long": later("Choose at most %(max_length)s."),
    "greater_than": later("Type more than %(gt)s."),
    "greater_than_equal": later("Type at least %(ge)s."),
    "less_than": later("Type less than %(lt)s."),
    "less_than_equal": later("Type at most %(le)s."),
}


def read(form: Form, model: type[M], lang: str) -> M:
    """The form as `model`. Raises Misfilled with a sentence for every field at fault."""
    given: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        some = [value for value in form.all(name) if value.strip()]
        if get_origin(field.annotation) in (list, tuple, frozenset, set):
            given[name] = some
        elif some:
            given[name] = some[-1]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise misfilled(
            lang, {str(each["loc"][0]): _sentence(each, lang) for each in error.errors()}
        ) from None


def misfilled(lang: str, fields: Mapping[str, str]) -> Misfilled:
    """The refusal of a form; `fields` are sentences in the visitor's language."""
    return Misfilled(
        fields, say(lang, "Something is missing or cannot be read. Mend what is marked and send it again.")
    )


def _sentence(error: Any, lang: str) -> str:
    text = _SAID.get(error["type"])
    return (
        say(lang, text, **error.get("ctx", {}))
        if text
        else say(lang, "This cannot be read. Type it another way.")
    )
