"""The web console: one page for every path below /console, and the files that it loads.

The page finds the service by relative URLs, so that it works under any prefix of a gateway. Its
scripts and styles carry a nonce that is new for each response. hatch_build.py builds the files.
"""

import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from crm_cell.http.pages import files

FOLDER: Final = "console_files"

# What the build writes into the page, in place of the values of one response.
NONCE: Final = "__CSP_NONCE__"
BASE: Final = 'href="/console/"'

# The files that the page names beside the hashed ones.
NAMED: Final = ("manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png")
# A name of a hashed file. It has no slash and no second dot, so it never leaves the folder.
HASHED: Final = re.compile(r"[A-Za-z0-9_-]+\.(?:js|css)")

NOT_BUILT: Final = "The console is not built. Run `make install`, then reload.\n"

FILE_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The name of a hashed file changes with its content, so that browsers need never ask again.
HASHED_HEADERS: Final = FILE_SECURITY | {"Cache-Control": "public, max-age=31536000, immutable"}
NAMED_HEADERS: Final = FILE_SECURITY | {"Cache-Control": "public, max-age=3600"}

# The service worker asks for the files that it keeps; browsers compare it at each visit.
WORKER: Final = "sw.js"
WORKER_HEADERS: Final = FILE_SECURITY | {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}


def routes() -> list[Route]:
    return [
        Route("/console", page),
        Route("/console/assets/{name}", hashed),
        *(Route(f"/console/{name}", named) for name in NAMED),
        Route(f"/console/{WORKER}", worker),
        Route("/console/{path:path}", page),
    ]


def folder() -> Path:
    return files.HERE / FOLDER


def is_built() -> bool:
    return (folder() / "index.html").is_file()


async def page(request: Request) -> Response:
    """The same page for each path: the console reads from the URL what to show."""
    index = folder() / "index.html"
    if not index.is_file():
        return files.not_found(NOT_BUILT)
    nonce = secrets.token_urlsafe(16)
    # Only the browser knows the prefix that a gateway has removed, so the way back is relative.
    back = "../" * (request.url.path.count("/") - 1)
    text = _text(index, index.stat().st_mtime_ns)
    text = text.replace(NONCE, nonce).replace(BASE, f'href="{back}console/"', 1)
    return HTMLResponse(text, headers=_page_headers(nonce))


async def hashed(request: Request) -> Response:
    name = request.path_params["name"]
    path = folder() / "assets" / name
    if not HASHED.fullmatch(name) or not path.is_file():
        return files.not_found(f"There is no file of this name here: {name}\n")
    return files.packed_file(request, path, HASHED_HEADERS)


async def named(request: Request) -> Response:
    path = folder() / request.url.path.rpartition("/")[2]
    if not path.is_file():
        return files.not_found(NOT_BUILT)
    return files.packed_file(request, path, NAMED_HEADERS)


async def worker(request: Request) -> Response:
    path = folder() / WORKER
    if not path.is_file():
        return files.not_found(NOT_BUILT)
    return files.packed_file(request, path, WORKER_HEADERS)


def _page_headers(nonce: str) -> dict[str, str]:
    """Scripts and styles run only from this response's files; nothing comes from another host."""
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; frame-src 'self'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    )
    return FILE_SECURITY | {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        # A nonce is for one response.
        "Cache-Control": "no-store",
    }


@lru_cache(1)
def _text(index: Path, changed: int) -> str:  # noqa: ARG001
    return index.read_text(encoding="utf-8")
