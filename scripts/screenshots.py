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
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from scripts.browser import NoBrowser, chromium
from scripts.throwaway_postgres import free_port

OUT = Path("build/screenshots")
DOCS = Path("docs/images")
PATIENCE_MS = 30_000
SETTLE_MS = 400
# Who leads the people of the demo, with the claims that its link signs in with.
_SCOPES = "crm:read crm:write crm:all crm:export crm:reveal crm:admin"
SESSION = {
    "token": json.dumps({"sub": "zhang.min", "scope": _SCOPES}),
    "tenant": "demo",
    "user": "",
}


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
    ("today", "phone-zh-light"): "today.zh.png",
    ("today", "phone-en-light"): "today.en.png",
    ("reports", "desk-zh-light"): "reports.zh.png",
    ("reports", "desk-en-light"): "reports.en.png",
    ("deals", "desk-zh-light"): "deals.zh.png",
    ("deals", "desk-en-dark"): "deals.en.png",
}


@contextmanager
def service() -> Iterator[str]:
    """The address of a service on demo data of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CRM_DATABASE_URL": f"sqlite:///{folder}/crm.db", "PORT": str(free_port())}
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
        deal = client.get("/opportunities?pageSize=1").json()["data"][0]
    return {
        "customer": f"customers/{contract['customerId']}",
        "open": f"customers?open={customers[-1]['customerId']}",
        "contract": f"contracts/{contract['contractId']}",
        "deal": f"deals/{deal['opportunityId']}",
    }


class Step(NamedTuple):
    """One thing done on a screen after it has loaded: a key pressed, or an element clicked."""

    press: str = ""
    click: str = ""
    type: str = ""


class Screen(NamedTuple):
    path: str
    steps: tuple[Step, ...] = ()
    signed_in: bool = True


def screens(paths: dict[str, str]) -> dict[str, Screen]:
    """A screen is a path, or a path and what is done there."""
    found = _pages(paths) | _settings()
    listed: dict[str, Screen] = {name: Screen(path) for name, path in found.items()}
    first_row = ".trw .cb, .rc"
    return listed | {
        "palette": Screen("customers", (Step(press="Control+k"), Step(type="yt"))),
        "filter": Screen("customers", (Step(press="f"),)),
        "bulk-bar": Screen("customers", (Step(click=first_row),)),
        "create-menu": Screen("today", (Step(click=".find .ib, .fab"),)),
        "shortcuts": Screen("today", (Step(press="?"),)),
        "follow-up": Screen("today", (Step(press="l"),)),
        "note": Screen(paths["customer"], (Step(click=".pfoot .btn.p, .comp textarea"),)),
        "payment": Screen(paths["contract"], (Step(click="main .btn.p:visible"),)),
        "merge": Screen("settings/duplicates", (Step(click="li .btn.p"),)),
        "user-dialog": Screen("settings/users", (Step(click=".ct .ib"),)),
        "team-dialog": Screen("settings/teams", (Step(click=".ct .ib"),)),
        "option-dialog": Screen("settings/options", (Step(click=".ct .ib"),)),
        "tag-dialog": Screen("settings/tags", (Step(click=".ct .ib"),)),
        "key-dialog": Screen("settings/api-keys", (Step(click=".btn.p"),)),
        "sign-in": Screen("signin", signed_in=False),
    }


def _pages(paths: dict[str, str]) -> dict[str, str]:
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
        "deal": paths["deal"],
        "contracts": "contracts",
        "follow-ups": "follow-ups",
        "tasks": "tasks",
        "notifications": "notifications",
        "recycle-bin": "recycle-bin",
    }


def _settings() -> dict[str, str]:
    return {
        "settings": "settings",
        "me": "settings/me",
        "users": "settings/users",
        "teams": "settings/teams",
        "handover": "settings/handover?from=wang.wei",
        "options": "settings/options",
        "tags": "settings/tags",
        "duplicates": "settings/duplicates",
        "duplicates-dismissed": "settings/duplicates?tab=dismissed",
        "duplicates-check": "settings/duplicates?tab=check",
        "duplicate-rules": "settings/duplicate-rules",
        "api-keys": "settings/api-keys",
        "reference": "settings/reference",
        "history": "settings/history",
        "service": "settings/service",
    }


def take(browser: Any, address: str, look: Look, pages: dict[str, Screen]) -> None:
    for signed_in in (True, False):
        chosen = {name: screen for name, screen in pages.items() if screen.signed_in == signed_in}
        if chosen:
            context = _context(browser, look, signed_in)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            for name, screen in chosen.items():
                page.goto(f"{address}/console/{screen.path}")
                _shoot(page, screen, OUT / f"{name}.{look.name}.png")
            context.close()


def _context(browser: Any, look: Look, signed_in: bool) -> Any:
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
    )
    if signed_in:
        context.add_init_script(
            f"sessionStorage.setItem('crm.session', {json.dumps(json.dumps(SESSION))});"
        )
    return context


def _shoot(page: Any, screen: Screen, file: Path) -> None:
    page.wait_for_load_state("networkidle")
    for step in screen.steps:
        if step.press:
            page.keyboard.press(step.press)
        elif step.click:
            page.locator(step.click).first.click()
        else:
            page.keyboard.type(step.type)
        page.wait_for_timeout(SETTLE_MS)
        page.wait_for_load_state("networkidle")
    if not screen.steps:
        # The frame of the focused row is for the keyboard.
        page.evaluate("document.activeElement?.blur()")
    page.screenshot(path=file)
    print(file)


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
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        with chromium() as browser, service() as address:
            pages = screens(records(address))
            unknown = set(asked.screen) - pages.keys()
            if unknown:
                print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(pages)}")
                return 1
            chosen = {name: pages[name] for name in asked.screen} or pages
            for look in LOOKS:
                if look.name in asked.look:
                    take(browser, address, look, chosen)
    except NoBrowser as missing:
        print(missing)
        return 1
    if asked.docs:
        DOCS.mkdir(parents=True, exist_ok=True)
        for (screen, look_name), name in SHOWN.items():
            shutil.copyfile(OUT / f"{screen}.{look_name}.png", DOCS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
