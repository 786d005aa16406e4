"""The pages: the console at /console, Swagger UI at /docs, ReDoc at /redoc, and their assets.

All links are relative, so that the pages work under any prefix of a gateway. hatch_build.py takes
the files from npm when the package is built; the pages load nothing from other servers.
"""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from crm_cell.http.pages import console
from crm_cell.http.pages.files import HERE as PACKAGE
from crm_cell.http.pages.files import file, not_found, packed_file

HERE: Final = PACKAGE

# Each page with the built files that it needs.
PAGES: Final = {
    "docs": ("swagger-ui-bundle.js", "swagger-ui.css"),
    "redoc": ("redoc.standalone.js",),
}

# The allowed names with their folders: client input never becomes part of another path.
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

# Both tools write inline styles and use data: URLs for icons, and ReDoc starts its search worker
# from a blob: URL. Scripts come only from our files.
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Pages are small and name their files, so browsers revalidate them every time. Files change only
# with a release: browsers cache them for an hour, then revalidate by ETag.
PAGE_HEADERS: Final = SECURITY | {"Cache-Control": "no-cache"}
# The console shows it in a frame.
DOCS_HEADERS: Final = PAGE_HEADERS | {
    "Content-Security-Policy": PAGE_HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
}
FILE_HEADERS: Final = SECURITY | {"Cache-Control": "public, max-age=3600"}
MISSING_HEADERS: Final = SECURITY | {"Cache-Control": "no-store"}


def pages() -> Router:
    """An ASGI application serving GET and HEAD of /, /console, /docs, /redoc and their files."""
    routes = [
        Route("/", root),
        Route("/docs", docs),
        Route("/redoc", redoc),
        Route("/docs/assets/{name}", asset),
        *console.routes(),
    ]
    # A redirect that adds or removes a slash would lose the prefix of the gateway.
    return Router(routes, redirect_slashes=False)


async def root(request: Request) -> Response:
    """Redirects browsers to the console, other clients to /docs. The URL is relative, because only
    the browser knows the prefix that a gateway has removed, so it depends on whether the original
    path ended with a slash."""
    came = request.scope.get("raw_path", b"/").decode("ascii", "replace")
    last = came.rpartition("/")[2]
    # Browsers ask for text/html by name; other clients send */*, JSON or nothing.
    wants_page = "text/html" in request.headers.get("accept", "")
    target = "console/" if wants_page and console.is_built() else "docs"
    headers = PAGE_HEADERS | {"Vary": "Accept"}
    return RedirectResponse(f"{last}/{target}" if last else target, 302, headers=headers)


async def docs(request: Request) -> Response:
    return page(request, "docs", DOCS_HEADERS)


async def redoc(request: Request) -> Response:
    return page(request, "redoc", PAGE_HEADERS)


def page(request: Request, name: str, headers: Mapping[str, str]) -> Response:
    if not all((HERE / "assets" / needed).is_file() for needed in PAGES[name]):
        return not_found(NOT_BUILT, MISSING_HEADERS)
    return file(request, HERE / "static" / f"{name}.html", dict(headers))


async def asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return not_found(f"There is no file of this name here: {name}\n", MISSING_HEADERS)
    path = HERE / FILES[name] / name
    if not path.is_file():
        return not_found(NOT_BUILT, MISSING_HEADERS)
    return packed_file(request, path, FILE_HEADERS)
