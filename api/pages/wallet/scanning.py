"""`/wallet/scan`: read a code with the camera; where the browser cannot read codes, the server does."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import numpy
import zxingcpp
from starlette.responses import Response

from api.pages.frame.again import or_again
from api.pages.frame.guard import page
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit

router = page_router()

_HEAD = re.compile(rb"P5 (\d{1,4}) (\d{1,4}) 255\n")
SIDE = 2_000
"""The most pixels on a side."""
_TOKEN = re.compile(r"/p/[0-9A-Za-z-]{1,64}|/wallet/pay/[0-9a-f-]{36}")


@router.get("/wallet/scan")
def scan(visit: Visit = page("payment_requests.accept")) -> Response:
    """The camera, or a picture."""
    return visit.show("wallet/scan.html")


@router.post("/wallet/scan")
@or_again(scan)
def read(visit: Visit = page("payment_requests.accept")) -> Response:
    """A picture that the page has made grey and small (PGM), or the text of a code, and on to what it leads to."""
    picture = visit.form.files.get("picture", b"")
    text = _decoded(picture) if picture else visit.form.get("text")
    path = _ours(visit, text)
    if path is None:
        nothing = visit.text("No payment code is seen in this. Come closer, or keep it still and try again.")
        other = visit.text(
            "This is no payment code of ours. Ask who showed it to you for the code of a payment."
        )
        raise visit.misfilled({"text": other if text else nothing})
    return visit.go(path)


def _decoded(picture: bytes) -> str:
    """The text of the code in a grey picture; "" without one."""
    head = _HEAD.match(picture)
    if head is None:
        return ""
    wide, high = int(head[1]), int(head[2])
    body = picture[head.end() :]
    if not (0 < wide <= SIDE and 0 < high <= SIDE) or len(body) != wide * high:
        return ""
    pixels = numpy.frombuffer(body, numpy.uint8).reshape(high, wide)
    found = [each for each in zxingcpp.read_barcodes(pixels) if each.format == zxingcpp.BarcodeFormat.QRCode]
    return found[0].text if found else ""


def _ours(visit: Visit, text: str) -> str | None:
    """The payment page that a code of this server leads to."""
    address = urlsplit(text.strip()) if len(text) < 500 else urlsplit("")
    hosts = {visit.request.headers.get("host"), visit.pages.host}
    return address.path if address.netloc in hosts and _TOKEN.fullmatch(address.path) else None
