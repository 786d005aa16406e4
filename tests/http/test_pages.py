"""The API's own pages, as a browser would ask for them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crm_cell.http import pages

# `CRM_SKIP_ASSETS=1 make install` leaves them out; every other install has them.
built = pytest.mark.skipif(
    not (pages.HERE / "assets").is_dir(), reason="the pages' files were skipped at install"
)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(pages.pages())
    async with httpx.AsyncClient(transport=transport, base_url="http://crm") as client:
        yield client


@built
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_a_page_and_every_file_it_names_are_served(
    browser: httpx.AsyncClient, path: str
) -> None:
    page = await browser.get(path)
    assert page.status_code == 200
    assert "<title>CRM 接口文档</title>" in page.text
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) >= 4
    for link in links:
        assert re.fullmatch(r"docs/assets/[\w.-]+", link), "relative, so that any prefix works"
        assert (await browser.get(f"/{link}")).status_code == 200


@built
@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/assets/docs.js", "/docs/assets/none"])
async def test_every_answer_forbids_scripts_from_elsewhere(
    browser: httpx.AsyncClient, path: str
) -> None:
    policy = (await browser.get(path)).headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "://" not in policy


@built
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_a_page_holds_no_inline_script(browser: httpx.AsyncClient, path: str) -> None:
    assert re.findall(r"<script[^>]*>([^<]+)", (await browser.get(path)).text) == []


@built
async def test_a_file_the_browser_already_has_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/docs/assets/swagger-ui.css")
    again = await browser.get(
        "/docs/assets/swagger-ui.css", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, max-age=3600"


@built
def test_the_bundles_fetch_no_logo_from_elsewhere() -> None:
    assert "cdn.redoc" not in (pages.HERE / "assets/redoc.standalone.js").read_text("utf-8")


@pytest.mark.parametrize("name", ["none.js", "..%2F__init__.py", "../__init__.py", "docs.html"])
async def test_no_other_file_can_be_had(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/docs/assets/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/assets/swagger-ui.css"])
async def test_pages_that_were_not_built_say_what_to_do(
    browser: httpx.AsyncClient, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "HERE", tmp_path)
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert "make install" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("came", "location"),
    [
        ("/", "docs"),
        ("/api/v1/crm", "crm/docs"),
        ("/api/v1/crm/", "docs"),
        ("/tools/crm", "crm/docs"),
    ],
)
async def test_the_root_leads_to_the_documentation_under_any_prefix(
    came: str, location: str
) -> None:
    """What the browser makes of a relative address depends on the path that it asked for."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": came.encode(), "headers": []}
    await pages.pages()({**scope, "query_string": b"", "root_path": ""}, receive, send)
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"location"]) == (302, location.encode())


@built
async def test_the_large_files_leave_compressed_where_that_is_understood(
    browser: httpx.AsyncClient,
) -> None:
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"):
        path = f"/docs/assets/{name}"
        packed = await browser.get(path)
        plain = await browser.get(path, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
        assert packed.headers["content-type"] == plain.headers["content-type"]
        assert packed.headers["etag"] != plain.headers["etag"]
        assert {packed.headers["vary"], plain.headers["vary"]} == {"Accept-Encoding"}
