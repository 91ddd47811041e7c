"""A batch payment's body: JSON, or one JSON line a payee, read as it comes and stopped as soon as it is too much."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Discriminator, Tag, TypeAdapter, ValidationError
from starlette.requests import Request

from api.problems import Problem, shape
from api.schemas.payments import BatchBody, BatchHeader, PayeeBody, SignedBody, signed_or_plain
from ledger.core.commands import MAX_BATCH
from ledger.core.errors import Code

T = TypeVar("T")

NDJSON = "application/x-ndjson"
LONGEST_LINE = 1_024
"""Bytes of one line."""

_BATCH: TypeAdapter[BatchBody | SignedBody] = TypeAdapter(
    Annotated[
        Annotated[BatchBody, Tag("as:plain")] | Annotated[SignedBody, Tag("as:signed")],
        Discriminator(signed_or_plain),
    ]
)
_HEADER = TypeAdapter(BatchHeader)
_PAYEE = TypeAdapter(PayeeBody)


async def read_batch(request: Request) -> BatchBody | SignedBody:
    """The batch in a request's body. Raises 415 for another media type, 422 with every fault that it finds."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == NDJSON:
        return await _lines(request)
    if media == "application/json":
        return _read(_BATCH, await request.body(), "body")
    raise Problem(415, "unsupported_media_type", f"send Content-Type: application/json or {NDJSON}")


async def _lines(request: Request) -> BatchBody:
    header: BatchHeader | None = None
    payees: list[PayeeBody] = []
    async for line in _split(request.stream()):
        if header is None:
            header = _read(_HEADER, line, "body")
        elif len(payees) == MAX_BATCH:
            raise shape(
                "payees", f"at most {MAX_BATCH} payees at once; send several batches", Code.BATCH_TOO_LARGE
            )
        else:
            payees.append(_read(_PAYEE, line, "body", "payees", len(payees)))
    if header is None or not payees:
        raise shape("payees", "name at least one payee, one a line after the header", Code.EMPTY_BATCH)
    return BatchBody(id=header.id, payer=header.payer, currency=header.currency, payees=payees)


async def _split(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines that are not empty."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise shape("payees", f"a line is at most {LONGEST_LINE} bytes; put one payee on each line")
        for line in lines:
            if line.strip():
                yield line
    if rest.strip():
        yield rest


def _read(adapter: TypeAdapter[T], data: bytes, *place: Any) -> T:
    try:
        return adapter.validate_json(data)
    except ValidationError as error:
        faults = [{**each, "loc": (*place, *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """A reference for the API's description."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


DESCRIPTION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"oneOf": [schema(BatchBody), schema(SignedBody)]}},
            NDJSON: {
                "schema": {"type": "string"},
                "example": '{"id":"0198…","payer":"0198…","currency":"RIV"}\n{"payee":"0198…","amount":1250}\n',
            },
        },
    }
}
"""What FastAPI cannot see of this body."""
