"""What browsers fetch beside pages: files of ours, a community's style sheet and logo, the manifest, the service worker."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.deps import Services
from api.pages.frame.faces import OURS
from api.pages.frame.guard import anybody
from api.pages.frame.site import Pages
from api.pages.frame.statics import Asset
from api.pages.frame.surface import page_router
from api.pages.frame.visit import Visit
from api.problems import not_found

router = page_router()

FOREVER = "public, max-age=31536000, immutable"
SCOPES = ("/wallet", "/till")
"""Where the service worker works: pages that open without a network, marked as such."""
LIGHT = "#fbfaf6"


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """A file by the name that carries its hash."""
    pages: Pages = request.app.state.pages
    found = pages.statics.get(name)
    if found is None:
        raise not_found("file")
    return served(request, found)


@router.get("/brand/{code}/{name}")
def brand(code: str, name: str, request: Request) -> Response:
    """A community's style sheet or logo. An older name is answered with what is in force, and not kept."""
    pages: Pages = request.app.state.pages
    use: Services = request.app.state.services
    found = use.identity.brands.get(use.facts.community(code).uid)
    if name.startswith("logo-") and found.logo is not None:
        keep = FOREVER if name == f"logo-{found.changed_at:x}" else "no-cache"
        return Response(found.logo, media_type=found.logo_type, headers={"cache-control": keep})
    if not name.startswith("app."):
        raise not_found("file")
    sheet = pages.faces.sheet(found)
    return served(request, sheet, FOREVER if name == sheet.name else "no-cache")


@router.get("/manifest.webmanifest")
def manifest(visit: Visit = anybody()) -> Response:
    """How a telephone installs us, under the community's name."""
    face = visit.face
    url = visit.pages.statics.url
    icons = [
        {"src": url("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        {"src": url("icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": url("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
    ]
    said = {
        "name": face.name, "short_name": face.name[:12], "lang": visit.lang, "start_url": "/", "scope": "/",
        "display": "standalone", "background_color": LIGHT, "theme_color": face.accent or LIGHT, "icons": icons,
        "description": visit.text("Pay and be paid in the local currency."), "id": f"/?{face.code or OURS}",
    }  # fmt: skip
    return JSONResponse(said, media_type="application/manifest+json")


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """The service worker, with the names of the files that it keeps."""
    pages: Pages = request.app.state.pages
    statics = pages.statics
    shell = [statics.url("app.css"), *(f"/static/{name}" for name in statics.modules())]
    asset = statics.worker(shell)
    response = served(request, asset, "no-cache")
    response.headers["content-security-policy"] = "default-src 'self'"  # of what the worker itself fetches
    return response


def served(request: Request, asset: Asset, keep: str = FOREVER) -> Response:
    """A file, compressed for who takes it so."""
    headers = {
        "cache-control": keep,
        "vary": "accept-encoding",
        "cross-origin-resource-policy": "same-origin",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(asset.plain, media_type=asset.kind, headers=headers)
