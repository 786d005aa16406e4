"""The console's page and files, as a browser behind any gateway would ask for them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from crm_cell.http import pages
from crm_cell.http.pages import console, files
from scripts.console import FIRST_LOAD, first_load
from tests.world import Beside, Running, refused

PAGE = """<!doctype html><html><head><base href="/console/">
<meta property="csp-nonce" nonce="__CSP_NONCE__">
<script type="module" src="./assets/index-AbC_1-x.js" nonce="__CSP_NONCE__"></script>
</head><body></body></html>"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a build leaves, in small."""
    folder = tmp_path / console.FOLDER
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "icon.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "sw.js").write_text("self", encoding="utf-8")
    (folder / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    (folder / "assets/index-AbC_1-x.js").write_text("export {};", encoding="utf-8")
    (folder / "assets/notes.txt").write_text("no file of the console", encoding="utf-8")
    (folder / "source.sha256").write_text("0", encoding="utf-8")
    monkeypatch.setattr(files, "HERE", tmp_path)
    return folder


@pytest.fixture
async def browser(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(pages.pages())
    async with httpx.AsyncClient(transport=transport, base_url="http://crm") as client:
        yield client


async def test_each_response_has_a_nonce_of_its_own_and_nothing_else_may_run(
    browser: httpx.AsyncClient,
) -> None:
    nonces = set()
    for path in ("/console", "/console/", "/console/customers?open=1", "/console/deals/1"):
        page = await browser.get(path)
        policy = page.headers["content-security-policy"]
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', page.text))
        nonces.add(nonce)
        assert f"script-src 'nonce-{nonce}';" in policy
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("form-action 'none'; frame-ancestors 'none'")
        assert "unsafe" not in policy
        assert "://" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    assert len(nonces) == 4
    assert min(map(len, nonces)) >= 22


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("/console", "console/"),
        ("/console/", "../console/"),
        ("/console/customers", "../console/"),
        ("/console/customers/1", "../../console/"),
    ],
)
async def test_the_page_finds_its_files_under_any_prefix(
    browser: httpx.AsyncClient, path: str, base: str
) -> None:
    page = await browser.get(path)
    assert f'<base href="{base}">' in page.text
    for prefix in ("", "/api/v1/crm", "/tools/crm"):
        script = httpx.URL(f"http://crm{prefix}{path}").join(base).join("./assets/x.js")
        assert script.path == f"{prefix}/console/assets/x.js"


async def test_files_with_a_hash_in_their_name_are_cached_for_ever_and_others_are_not(
    browser: httpx.AsyncClient,
) -> None:
    script = await browser.get("/console/assets/index-AbC_1-x.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"].startswith("text/javascript")
    again = await browser.get(
        "/console/assets/index-AbC_1-x.js", headers={"If-None-Match": script.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    icon = await browser.get("/console/icon.svg")
    assert icon.headers["cache-control"] == "public, max-age=3600"
    manifest = await browser.get("/console/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"


async def test_the_service_worker_is_asked_for_at_each_visit_and_reaches_this_service_only(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get("/console/")
    assert "; worker-src 'self'; " in page.headers["content-security-policy"]
    worker = await browser.get("/console/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-type"].startswith("text/javascript")
    policy = worker.headers["content-security-policy"]
    assert policy == "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    "name", ["none.js", "notes.txt", "..%2Findex.html", "../source.sha256", ".js", "a.b.js"]
)
async def test_no_other_file_can_be_read(browser: httpx.AsyncClient, name: str) -> None:
    answer = await browser.get(f"/console/assets/{name}")
    assert "no file of the console" not in answer.text
    assert answer.status_code == 404 or "<!doctype html>" in answer.text


async def test_only_browsers_are_led_to_the_console(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/", headers=BROWSER)
    assert (page.status_code, page.headers["location"]) == (302, "console/")
    assert page.headers["vary"] == "Accept"
    for accept in ("*/*", "application/json", ""):
        other = await browser.get("/", headers={"Accept": accept})
        assert (other.status_code, other.headers["location"]) == (302, "docs")


async def test_the_console_hides_no_path_of_the_service(built: Path, cell: Running) -> None:
    client = cell.client
    for path in ("/customers", "/api/v1/crm/customers"):
        refused(await client.get(path, headers=BROWSER), 401, "UNAUTHORIZED")
    for path in ("/nowhere", "/consoles", "/console/assets/none.js"):
        refused(await client.get(path, headers=BROWSER), 404, "NOT_FOUND")
    refused(await client.post("/console/customers"), 405, "METHOD_NOT_ALLOWED")
    page = await client.get("/api/v1/crm/console/customers/1")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-request-id"]
    head = await client.head("/console/customers")
    assert (head.status_code, head.content) == (200, b"")


async def test_without_a_build_the_root_leads_to_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: Beside
) -> None:
    monkeypatch.setattr(files, "HERE", tmp_path)
    async with beside() as running:
        root = await running.client.get("/", headers=BROWSER)
        assert (root.status_code, root.headers["location"]) == (302, "docs")
        missing = await running.client.get("/console/customers", headers={"Accept-Language": "en"})
        refused(missing, 404, "NOT_FOUND")
        assert "make install" in missing.json()["details"]


@pytest.mark.skipif(not console.is_built(), reason="the console was skipped at install")
async def test_the_built_page_is_small_and_all_that_it_names_is_there() -> None:
    assert first_load() <= FIRST_LOAD
    transport = httpx.ASGITransport(pages.pages())
    async with httpx.AsyncClient(transport=transport, base_url="http://crm") as client:
        page = await client.get("/console/")
        assert re.findall(r"<script[^>]*>([^<]+)", page.text) == []
        names = re.findall(
            r'(?:src|href)="(\./assets/[^"]+|[\w.]+\.(?:svg|webmanifest))"', page.text
        )
        assert len(names) >= 4
        for name in names:
            assert (await client.get(f"/console/{name}")).status_code == 200
