"""The API's own pages: Swagger UI at /docs, ReDoc at /redoc, and the files they load.

Every link is relative, so the pages work under any prefix a gateway puts before them. The files
come from npm when the package is built (hatch_build.py); nothing is fetched from anywhere else.
"""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from crm_cell.http.negotiation import takes_gzip
from crm_cell.http.preconditions import names

HERE: Final = Path(__file__).parent

# Each page and the built files it cannot do without.
PAGES: Final = {
    "docs": ("swagger-ui-bundle.js", "swagger-ui.css"),
    "redoc": ("redoc.standalone.js",),
}

# The only names served, each with its folder: no other path from outside is ever joined.
FILES: Final = {
    "docs.js": "static",
    "redoc.js": "static",
    "pages.css": "static",
    "favicon-32x32.png": "assets",
    "redoc.standalone.js": "assets",
    "swagger-ui-bundle.js": "assets",
    "swagger-ui.css": "assets",
}

NOT_BUILT: Final = "The documentation pages are not built yet. Run `make install`, then reload.\n"

# Both tools write style elements of their own, draw icons from data: addresses, and ReDoc searches
# in a worker it makes from a blob:. Scripts come from files of ours only.
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# A page is a few hundred bytes and names its files: always asked for again. A file changes only
# with a release; an hour bounds how long an old one is shown after it, and its ETag saves the rest.
PAGE_HEADERS: Final = SECURITY | {"Cache-Control": "no-cache"}
FILE_HEADERS: Final = SECURITY | {"Cache-Control": "public, max-age=3600"}
_VARIES: Final = {"Vary": "Accept-Encoding"}
MISSING_HEADERS: Final = SECURITY | {"Cache-Control": "no-store"}


def pages() -> Router:
    """An ASGI application serving GET and HEAD of /, /docs, /redoc and /docs/assets/<file>."""
    routes = [
        Route("/", root),
        Route("/docs", docs),
        Route("/redoc", redoc),
        Route("/docs/assets/{name}", asset),
    ]
    # A redirect to another slash would name an address without the gateway's prefix.
    return Router(routes, redirect_slashes=False)


async def root(request: Request) -> Response:
    """Redirects to /docs. The address is relative, since only the browser knows the prefix that a
    gateway has stripped; it depends on whether the path that came ended with a slash."""
    came = request.scope.get("raw_path", b"/").decode("ascii", "replace")
    last = came.rpartition("/")[2]
    return RedirectResponse(f"{last}/docs" if last else "docs", 302, headers=PAGE_HEADERS)


async def docs(request: Request) -> Response:
    return page(request, "docs")


async def redoc(request: Request) -> Response:
    return page(request, "redoc")


def page(request: Request, name: str) -> Response:
    if not all((HERE / "assets" / needed).is_file() for needed in PAGES[name]):
        return not_found(NOT_BUILT)
    return file(request, HERE / "static" / f"{name}.html", PAGE_HEADERS)


async def asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return not_found(f"There is no file of this name here: {name}\n")
    path = HERE / FILES[name] / name
    if not path.is_file():
        return not_found(NOT_BUILT)
    packed = path.with_name(f"{name}.gz")
    if packed.is_file() and takes_gzip(request.headers.get("accept-encoding")):
        # Compressed by hatch_build.py. The name before `.gz` gives the type.
        return file(request, packed, FILE_HEADERS | _VARIES | {"Content-Encoding": "gzip"})
    return file(request, path, FILE_HEADERS | _VARIES)


def file(request: Request, path: Path, headers: dict[str, str]) -> Response:
    response = FileResponse(path, headers=headers, stat_result=path.stat())
    etag = response.headers["etag"]
    if names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers | {"ETag": etag})
    return response


def not_found(sentence: str) -> Response:
    return PlainTextResponse(sentence, 404, headers=MISSING_HEADERS)
