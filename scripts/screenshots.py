"""Takes pictures of the console's screens from the demo data, to look at and for the documentation.

    python -m scripts.screenshots                          all, to build/screenshots
    python -m scripts.screenshots --screen today customer  only these screens
    python -m scripts.screenshots --look phone-zh-dark     only in this look
    python -m scripts.screenshots --docs                   also those of the documentation, to
                                                           docs/images

Both languages, both themes, desk and phone. Needs Chromium and a font with Chinese characters.
"""

import argparse
import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

OUT = Path("build/screenshots")
DOCS = Path("docs/images")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 30_000
SESSION = {"token": "demo", "tenant": "demo", "user": ""}


class Look(NamedTuple):
    name: str
    language: str
    theme: str
    width: int
    height: int


DESK = (1440, 900)
PHONE = (390, 844)
LOOKS = (
    Look("desk-zh-light", "zh", "light", *DESK),
    Look("desk-zh-dark", "zh", "dark", *DESK),
    Look("desk-en-light", "en", "light", *DESK),
    Look("desk-en-dark", "en", "dark", *DESK),
    Look("phone-zh-light", "zh", "light", *PHONE),
    Look("phone-zh-dark", "zh", "dark", *PHONE),
    Look("phone-en-light", "en", "light", *PHONE),
    Look("phone-en-dark", "en", "dark", *PHONE),
)
# Which pictures the documentation shows, and under which name.
SHOWN = {
    ("customers-open", "desk-zh-light"): "customers.zh.png",
    ("customers-open", "desk-en-light"): "customers.en.png",
    ("deals", "desk-zh-light"): "deals.zh.png",
    ("deals", "desk-en-dark"): "deals.en.png",
}


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@contextmanager
def service() -> Iterator[str]:
    """The address of a service on demo data of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CRM_DATABASE_URL": f"sqlite:///{folder}/crm.db", "PORT": free_port()}
        process = subprocess.Popen(
            [sys.executable, "-m", "crm_cell", "serve"],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd()), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()
            process.wait()


def records(address: str) -> dict[str, str]:
    """The paths of records to take pictures of."""
    headers = {"Authorization": "Bearer demo", "X-Tenant-Id": "demo"}
    with httpx.Client(base_url=address, headers=headers) as client:
        customers = client.get("/customers?pageSize=5").json()["data"]
        paid = client.get("/contracts", params={"filter": "paidCents > 0 and status = 2"}).json()
        contract = paid["data"][0]
    return {
        "customer": f"customers/{contract['customerId']}",
        "open": f"customers?open={customers[-1]['customerId']}",
        "contract": f"contracts/{contract['contractId']}",
    }


def screens(paths: dict[str, str]) -> dict[str, str]:
    return {
        "today": "today",
        "customers": "customers",
        "customers-open": paths["open"],
        "customers-new": "customers?new=云帆科技(镜花城)有限公司",
        "customers-empty": 'customers?filter={"and":[{"field":"name","op":"~","value":"没有"}]}',
        "customer": paths["customer"],
        "contacts": "contacts",
        "deals": "deals",
        "deals-table": "deals?mode=table",
        "contract": paths["contract"],
        "reports": "reports",
        "recycle-bin": "recycle-bin",
        "history": "history",
        "options": "choices",
        "tags": "choices?tab=tags",
        "users": "organisation",
        "teams": "organisation?tab=teams",
        "handover": "organisation?tab=handover&from=wang.wei",
        "reference": "reference",
        "follow-ups": "follow-ups",
        "tasks": "tasks",
        "me": "me",
        "notifications": "notifications",
        "api-keys": "me/api-keys",
    }


def take(browser: Any, address: str, look: Look, pages: dict[str, str]) -> None:
    phone = look.width < DESK[0]
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=2 if phone else 1,
        has_touch=phone,
        locale="zh-CN" if look.language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
    )
    chosen = {"language": look.language, "theme": look.theme, "density": "comfortable"}
    context.add_init_script(
        f"localStorage.setItem('crm.preferences', {json.dumps(json.dumps(chosen))});"
        f"sessionStorage.setItem('crm.session', {json.dumps(json.dumps(SESSION))});"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    for name, path in pages.items():
        page.goto(f"{address}/console/{path}")
        page.wait_for_load_state("networkidle")
        # The frame of the focused row is for the keyboard.
        page.evaluate("document.activeElement?.blur()")
        file = OUT / f"{name}.{look.name}.png"
        page.screenshot(path=file)
        print(file)
    context.close()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--screen", nargs="+", default=[], help="names as in the file names")
    looks = [look.name for look in LOOKS]
    parser.add_argument("--look", nargs="+", default=looks, choices=looks)
    parser.add_argument("--docs", action="store_true", help="renew docs/images")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no Chromium: apt install chromium fonts-noto-cjk")
        return 1
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    with service() as address, sync_playwright() as driver:
        pages = screens(records(address))
        unknown = set(asked.screen) - pages.keys()
        if unknown:
            print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(pages)}")
            return 1
        chosen = {name: pages[name] for name in asked.screen} or pages
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for look in LOOKS:
            if look.name in asked.look:
                take(browser, address, look, chosen)
        browser.close()
    if asked.docs:
        DOCS.mkdir(parents=True, exist_ok=True)
        for (screen, look_name), name in SHOWN.items():
            shutil.copyfile(OUT / f"{screen}.{look_name}.png", DOCS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
