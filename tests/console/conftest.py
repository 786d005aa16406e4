"""A real service and a real browser: Debian's Chromium, never one that is downloaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import httpx
import pytest

from crm_cell.http.pages import console
from tests.processes import PATIENCE_SECONDS, Process, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Clocks and figures of tests are those of one place; two zones are a test of their own.
ZONE = "Asia/Shanghai"

Page: TypeAlias = Any
Browser: TypeAlias = Any
Open: TypeAlias = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium: apt install chromium fonts-noto-cjk")
    if not console.is_built():
        pytest.skip("the console was skipped at install")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """After the browser: without one nothing is started."""
    with serving(tmp_path_factory.mktemp("console"), CRM_AUTH_MODE="dev") as process:
        yield process


class Api:
    """The tenant of a test by HTTP, to arrange and to look afterwards."""

    def __init__(self, address: str, tenant: str) -> None:
        self.tenant = tenant
        headers = {"Authorization": "Bearer test", "X-Tenant-Id": tenant}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        answer = self._client.post(path, json=body, headers={"X-Request-ID": str(uuid4())})
        assert answer.status_code in (200, 201), answer.text
        created: dict[str, Any] = answer.json()
        return created

    def send(self, path: str, headers: dict[str, str], **body: object) -> dict[str, Any]:
        """As somebody: `headers` say who."""
        answer = self._client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def put(self, path: str, **body: object) -> None:
        answer = self._client.put(path, json=body, headers={"X-Request-ID": str(uuid4())})
        assert answer.status_code in (200, 201), answer.text

    def delete(self, path: str) -> None:
        answer = self._client.delete(path)
        assert answer.status_code == 204, answer.text

    def patch(self, path: str, **changes: object) -> None:
        answer = self._client.patch(path, json=changes, headers={"X-Request-ID": str(uuid4())})
        assert answer.status_code == 200, answer.text

    def get(self, path: str) -> dict[str, Any]:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def named(self, name: str) -> list[dict[str, Any]]:
        condition = {"field": "name", "op": "=", "value": name}
        found: list[dict[str, Any]] = self.get(f"/customers?filter={json.dumps(condition)}")["data"]
        return found

    def close(self) -> None:
        self._client.close()


BUSY = """
const { fetch } = window;
let running = 0;
const ended = () => {
  running -= 1;
  // One request often follows another.
  setTimeout(() => running === 0 && delete document.documentElement.dataset.busy, 50);
};
window.fetch = (...given) => {
  // The bell asks what is new, and is answered when something is.
  if (new URL(given[0].url ?? given[0], location).searchParams.has('wait')) {
    return fetch.apply(window, given);
  }
  running += 1;
  document.documentElement.dataset.busy = '';
  return fetch.apply(window, given).finally(ended);
};
"""
"""Marks a page as busy while it has requests running."""


@pytest.fixture
def tenant() -> str:
    """The tests share a service, and each has a tenant of its own."""
    return f"acme-{uuid4().hex[:8]}"


@pytest.fixture
def api(service: Process, tenant: str) -> Iterator[Api]:
    caller = Api(service.address, tenant)
    yield caller
    caller.close()


@pytest.fixture
def opened(browser: Browser, service: Process, tenant: str) -> Iterator[Open]:
    """A signed-in page, in a language, at a width; a fault in its console fails the test."""
    contexts = []
    faults: list[str] = []

    def opens(
        path: str = "",
        *,
        language: str = "en",
        theme: str = "light",
        width: int = 1440,
        user: str = "",
        worker: bool = False,
        zone: str = ZONE,
    ) -> Page:
        phone = width < 640
        context = browser.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            has_touch=phone,
            timezone_id=zone,
            # A route of Playwright does not see what goes through a service worker.
            service_workers="allow" if worker else "block",
        )
        contexts.append(context)
        preferences = {"language": language, "theme": theme, "density": "comfortable"}
        session = {"token": "test", "tenant": tenant, "user": user}
        context.add_init_script(
            f"localStorage.setItem('crm.preferences', {json.dumps(json.dumps(preferences))});"
            "sessionStorage.getItem('crm.session') ||"
            f" sessionStorage.setItem('crm.session', {json.dumps(json.dumps(session))});"
        )
        context.add_init_script(BUSY)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: _note(message, faults))
        page.goto(f"{service.address}/console/{path}")
        return page

    yield opens
    for context in contexts:
        context.close()
    assert faults == []


# What the browser says of a refusal of the API and of a file that a test keeps from the page.
PROVOKED = ("Failed to load resource", "Failed to fetch dynamically imported module")


def _note(message: Any, faults: list[str]) -> None:
    if message.type == "error" and not any(each in message.text for each in PROVOKED):
        faults.append(message.text)


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core, where the packages for development are installed."""
    path = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: make check installs it")
    return path.read_text(encoding="utf-8")


def go(page: Page, path: str) -> None:
    """To another screen as a link does it, without loading the page again."""
    page.locator("h1").first.wait_for()
    page.evaluate("path => history.pushState(null, '', path)", f"/console/{path}")


# Playwright would look twice a second.
SETTLED = """async patience => {
  const until = Date.now() + patience;
  for (;;) {
    const waiting = document.querySelector('.skel, [aria-busy=true], [data-busy]');
    if (waiting === null) return null;
    if (Date.now() > until) return waiting.outerHTML.slice(0, 120);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}"""


def settle(page: Page) -> None:
    """Until every region of the screen has what it shows, and the service has what was changed:
    the page shows a change before it is stored."""
    page.locator("h1").first.wait_for()
    waiting = page.evaluate(SETTLED, PATIENCE_SECONDS * 1000)
    assert waiting is None, f"{page.url} still waits: {waiting}"


def faults(page: Page, axe: str) -> list[tuple[str, str]]:
    """Faults of accessibility that keep people out, and where."""
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (fault["id"], fault["nodes"][0]["html"][:120])
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
