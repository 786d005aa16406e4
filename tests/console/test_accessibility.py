"""Every screen and every dialog, for those who use no mouse or see little."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.console.conftest import ZONE, Api, Open, Page, faults, go, settle

Faults = list[tuple[str, ...]]

# The themes differ in colours only.
DARK = """dark => {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
}"""
CONTRAST = "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"
FOCUS = "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent"


def found(page: Page, axe: str, where: str) -> Faults:
    """All faults in the light theme, those of colours in the dark one."""
    settle(page)
    seen: Faults = [("light", where, *each) for each in faults(page, axe)]
    page.evaluate(DARK, True)
    dark = page.evaluate(CONTRAST)["violations"]
    page.evaluate(DARK, False)
    return seen + [("dark", where, each["id"], each["nodes"][0]["html"][:120]) for each in dark]


@pytest.fixture
def paths(api: Api) -> list[str]:
    for user in ("alice", "bob"):
        api.put(f"/users/{user}", name=user.title())
    api.post("/teams", name="Axe team", leaderIds=["alice"], memberIds=["alice", "bob"])
    api.post("/tags", name="Axe tag", color="amber")
    for name in ("Axe One", "Axe Two"):
        api.post("/customers", name=name, contactPhone="13812345678", ownerId="alice")
    customer = api.named("Axe One")[0]["customerId"]
    deal = {"customerId": customer, "title": "Axe deal", "amountCents": 100, "ownerId": "alice"}
    deal_id = api.post("/opportunities", **deal)["opportunityId"]
    contract = api.post("/contracts", customerId=customer, contractNo="HT-AXE", amountCents=100)
    due = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()
    api.post("/tasks", title="Axe task", customerId=customer, assigneeId="alice", dueOn=due)
    api.delete(f"/customers/{api.post('/customers', name='Axe deleted')['customerId']}")
    return [
        "today",
        "customers",
        f"customers?open={customer}",
        "customers?new",
        f"customers/{customer}",
        "contacts",
        "deals",
        "deals?mode=table",
        f"deals/{deal_id}",
        "contracts",
        f"contracts/{contract['contractId']}",
        "follow-ups",
        "tasks",
        "reports",
        "recycle-bin",
        "notifications",
        "settings/me",
        "settings/users",
        "settings/teams",
        "settings/handover?from=alice",
        "settings/options",
        "settings/tags",
        "settings/duplicates",
        "settings/duplicates?tab=check",
        "settings/duplicate-rules",
        "settings/api-keys",
        "settings/history",
        "settings/service",
    ]


def test_no_screen_keeps_anybody_out(opened: Open, paths: list[str], axe: str) -> None:
    page = opened("today")
    seen: Faults = []
    for path in paths:
        go(page, path)
        seen += found(page, axe, path)
    phone = opened("settings", width=360, language="zh")
    seen += found(phone, axe, "settings on the phone")
    assert seen == []


# By screen, the buttons that open a dialog.
OPENERS: dict[str, tuple[str | re.Pattern[str], ...]] = {
    "settings/me": (re.compile("^Shortcuts"),),
    "settings/users": ("Add user", "Edit: Alice"),
    "settings/teams": ("Add team", "Edit: Axe team"),
    "settings/options": ("Add option", "Edit: A, key account"),
    "settings/tags": ("Add tag", "Edit: Axe tag"),
    "settings/api-keys": ("New key",),
    "customers/{customer}": ("Show number", "Transfer", "New task", "Who can see it"),
    "customers": ("Transfer", "Edit all", "Merge", "Delete"),
}


def dialogs(page: Page, customer: str) -> Iterator[tuple[str, str]]:
    """Opens one after the other by the keyboard: where, and what has the focus before."""
    for path, names in OPENERS.items():
        go(page, path.format(customer=customer))
        settle(page)
        if path == "customers":
            for chosen in ("Axe One", "Axe Two"):
                page.get_by_label(f"Select {chosen}").check()
        for name in names:
            page.get_by_role("button", name=name).last.focus()
            opener = page.evaluate(FOCUS)
            page.keyboard.press("Enter")
            yield f"{path}: {opener}", opener


def test_no_dialog_keeps_anybody_out_and_closing_one_leads_back(
    opened: Open, api: Api, paths: list[str], axe: str
) -> None:
    assert paths
    page = opened("settings/users")
    seen: Faults = []
    for where, back in dialogs(page, api.named("Axe One")[0]["customerId"]):
        page.get_by_role("dialog").wait_for()
        seen += found(page, axe, where)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.wait_for_timeout(50)
        if page.evaluate(FOCUS) != back:
            seen.append(("focus", where, str(page.evaluate(FOCUS))[:80]))
    assert seen == []


def test_the_sheet_of_the_phone_keeps_nobody_out(
    opened: Open, api: Api, paths: list[str], axe: str
) -> None:
    assert paths
    customer = api.named("Axe One")[0]["customerId"]
    phone = opened(f"customers/{customer}", width=360)
    seen = found(phone, axe, "customer on the phone")
    phone.get_by_role("button", name="Log follow-up").focus()
    phone.keyboard.press("Enter")
    phone.get_by_role("dialog", name="Log follow-up").wait_for()
    seen += found(phone, axe, "follow-up on the phone")
    phone.keyboard.press("Escape")
    phone.get_by_role("dialog").wait_for(state="detached")
    phone.wait_for_timeout(100)
    assert phone.evaluate(FOCUS) == "Log follow-up"
    go(phone, "today")
    phone.get_by_role("button", name="New", exact=True).tap()
    phone.get_by_role("menuitem", name="Log follow-up").tap()
    phone.get_by_role("dialog", name="Log follow-up").wait_for()
    seen += found(phone, axe, "whom a follow-up is for")
    assert seen == []


def conflict(page: Page, api: Api) -> None:
    customer = api.named("Axe One")[0]["customerId"]
    go(page, f"customers/{customer}")
    page.get_by_role("button", name="Axe One").click()
    api.patch(f"/customers/{customer}", name="Axe Won", remark="Merged")
    page.get_by_label("Customer name").fill("Axe 1")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_text("Axe Won").wait_for()
    page.get_by_role("button", name="Show all fields of both versions").click()


def goals(page: Page, _: Api) -> None:
    go(page, "reports")
    page.locator(".kpis .fig").first.click()


def day(page: Page, _: Api) -> None:
    go(page, "today")
    page.get_by_role("button", name="Done: Axe task").click()
    page.get_by_role("button", name="Pick a day").click()


def outbox(page: Page, api: Api) -> None:
    go(page, f"customers/{api.named('Axe Two')[0]['customerId']}")
    note = page.get_by_placeholder("What was discussed, and how they responded")
    note.fill("Said on the train")
    page.route("**/follow-ups", lambda route: route.abort())
    page.get_by_role("button", name="Save follow-up").click()
    page.get_by_role("button", name="1 waiting to be sent").click()


def signing_in_again(page: Page, _: Api) -> None:
    body = '{"code": "UNAUTHORIZED", "message": "The token has expired", "requestId": "1"}'
    page.route("**/contacts?*", lambda route: route.fulfill(status=401, body=body))
    go(page, "contacts")


@pytest.mark.parametrize("opens", [conflict, goals, day, outbox, signing_in_again])
def test_no_dialog_of_a_certain_moment_keeps_anybody_out(
    opened: Open, api: Api, paths: list[str], axe: str, opens: Callable[[Page, Api], None]
) -> None:
    assert paths
    page = opened("today", user="alice")
    opens(page, api)
    page.get_by_role("dialog").wait_for()
    assert found(page, axe, opens.__name__) == []
    # What opens has the focus.
    assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
