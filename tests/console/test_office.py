"""Reports, the recycle bin and the history, users and teams, in a real browser."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.console.conftest import ZONE, Api, Open, Page, settle


def today() -> str:
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()


def see(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).first.wait_for()


def test_figures_of_reports_lead_to_their_lists_and_tables_are_files(
    opened: Open, api: Api
) -> None:
    api.put("/users/alice", name="Alice")
    customer = api.post("/customers", name="Report Ltd", ownerId="alice")["customerId"]
    deal = {"customerId": customer, "ownerId": "alice", "expectedCloseOn": today()}
    api.post("/opportunities", title="=Won deal", amountCents=50_000, stage=5, **deal)
    api.post("/opportunities", title="Open deal", amountCents=100_000, stage=3, **deal)
    api.post("/goals", userId="alice", period=today()[:7], amountCents=120_000)
    api.post("/follow-ups", customerId=customer, content="Called", followUpType="call")
    page = opened("reports?owner=alice")
    summary = page.get_by_label("Overview")
    summary.locator("dd b").first.wait_for()
    assert summary.locator("dd b").all_text_contents() == [
        "¥ 1,200",
        "¥ 500",
        "¥ 1,000",
        "¥ 400",
        "¥ 900",
        "¥ 0",
    ]
    see(page, "75%, ¥ 300 short")
    # The target is the goals behind it: setting one that is there changes it.
    summary.get_by_role("button", name="¥ 1,200").click()
    goals = page.get_by_role("dialog")
    goals.locator("li", has_text="¥ 1,200").wait_for()
    month = api.get("/goals")["data"][0]["period"]
    goals.get_by_label("Month").select_option(value=month)
    goals.get_by_label("Amount").fill("1000")
    goals.get_by_role("button", name="Set goal").dblclick()
    goals.locator("li", has_text="¥ 1,000").wait_for()
    assert [each["amountCents"] for each in api.get("/goals")["data"]] == [100_000]
    goals.get_by_role("button", name="Close").last.click()
    see(page, "90%, ¥ 100 short")
    funnel = page.get_by_label("Funnel")
    assert funnel.locator("tbody tr").first.locator("td").nth(1).text_content() == "2"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV: Forecast").first.click()
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows == [
        "Owner,Currency,Target,Won,Open,Weighted,Past expected close",
        "Alice,CNY,1000,500,1000,400,0",
    ]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PNG: Forecast").first.click()
    assert download.value.suggested_filename.endswith("-owners.png")
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000
    summary.get_by_role("link", name="¥ 500").click()
    page.locator(".trw", has_text="=Won deal").wait_for()
    assert page.locator(".trw").count() == 1
    # The filter of the figure is shown in words, and each of its parts can be removed.
    page.get_by_role("button", name="Remove filter Owner").wait_for()
    stage = page.locator(".chip", has=page.get_by_role("button", name="Remove filter Stage"))
    assert stage.inner_text().split("\n") == ["Stage", "is", "Won"]

    # A report that the service refuses leaves the others.
    refused = {"code": "FORBIDDEN", "message": "Not yours.", "requestId": "r-403"}
    page.route("**/reports/funnel?*", lambda route: route.fulfill(status=403, json=refused))
    page.goto(page.url.partition("/console/")[0] + "/console/reports?owner=alice&period=2020Q1")
    see(page, "Not allowed")
    see(page, "Ask your administrator for access.")
    see(page, "Request r-403")
    see(page, "No goal is set")
    page.get_by_role("button", name="Next").click()
    see(page, "Q2 2020")


def test_the_reference_calls_as_who_is_signed_in(opened: Open, api: Api) -> None:
    page = opened("me", user="alice")
    # The whole description takes the browser seconds to draw.
    small = {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": {}}
    page.route("**/openapi.json", lambda route: route.fulfill(json=small))
    page.get_by_role("link", name="API reference").first.click()
    docs = page.frame_locator("iframe")
    docs.get_by_role("heading", name="Small").wait_for()
    (frame,) = page.frames[1:]
    call = "withSession(withRequestId({url: 'whoami', method: 'GET', headers: {}})).headers"
    asked = {"Authorization": "Bearer test", "X-Tenant-Id": api.tenant, "X-User-Id": "alice"}
    assert frame.evaluate(call) == asked
    # To another host goes no token, and what is typed in by hand stands.
    assert frame.evaluate(call.replace("whoami", "https://elsewhere.example/")) == {}
    typed = frame.evaluate(call.replace("{}", "{authorization: 'Bearer other'}"))
    assert "Authorization" not in typed
    assert page.evaluate("Object.keys(localStorage)") == ["crm.preferences"]


def test_what_was_deleted_comes_back_and_the_history_tells_it(opened: Open, api: Api) -> None:
    lost = api.post("/customers", name="Lost Ltd")["customerId"]
    api.delete(f"/customers/{lost}")
    other = api.post("/customers", name="Lost Ltd")["customerId"]
    page = opened("recycle-bin")
    restore = page.get_by_role("button", name="Restore: Lost Ltd")
    restore.click()
    # The record that has the name by now is named, and one press away.
    see(page, 'It is now the name of the customer "Lost Ltd"')
    link = page.get_by_role("alert").get_by_role("link", name="Open")
    assert link.get_attribute("href").endswith(f"/customers/{other}")
    api.patch(f"/customers/{other}", name="Found Ltd")
    restore.click()
    see(page, "Lost Ltd restored")
    restore.wait_for(state="detached")
    assert [each["customerId"] for each in api.named("Lost Ltd")] == [lost]

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="History").click()
    page.get_by_label("Action").select_option(label="Restored")
    sentence = page.get_by_role("link", name=re.compile("restored.*Lost Ltd"))
    assert sentence.get_attribute("href").endswith(f"/customers/{lost}")
    page.get_by_label("Kind").select_option(label="Goal")
    see(page, "No matching entries")


def test_a_leaver_hands_over_and_takes_back(opened: Open, api: Api) -> None:
    for user in ("alice", "bob"):
        api.put(f"/users/{user}", name=user.title())
    page = opened("organisation")
    page.get_by_role("button", name="Add user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User id").fill("alice")
    dialog.get_by_label("Name").fill("Leaver")
    dialog.get_by_role("button", name="Save").click()
    see(page, "This id is taken")
    dialog.get_by_label("User id").fill("leaver")
    dialog.get_by_role("button", name="Save").dblclick()
    page.get_by_role("cell", name="leaver", exact=True).wait_for()
    assert api.get("/users/leaver")["name"] == "Leaver"

    page.get_by_role("link", name="Teams").click()
    page.get_by_role("button", name="Add team").first.click()
    dialog.get_by_label("Team name").fill("Sales")
    dialog.get_by_label("Role of Alice").select_option(label="Leader and member")
    dialog.get_by_label("Role of Leaver").select_option(label="Member")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("row", name=re.compile("Sales")).locator("td").first.get_by_text(
        "Alice"
    ).wait_for()
    (team,) = api.get("/teams")["data"]
    assert (team["leaderIds"], sorted(team["memberIds"])) == (["alice"], ["alice", "leaver"])

    given = api.post("/customers", name="Handed Ltd", ownerId="leaver")["customerId"]
    api.post("/tasks", title="Call", assigneeId="leaver", customerId=given)
    page.get_by_role("link", name="Users").click()
    page.get_by_role("button", name="Edit: Leaver").click()
    dialog.get_by_label("Status").select_option(label="Has left")
    dialog.get_by_role("button", name="Save").click()
    # The service says what is in the way, and the console where to give it away.
    see(page, "customers 1, tasks 1")
    dialog.get_by_role("link", name="Hand over").click()
    page.get_by_role("group", name="Who receives").get_by_label("Bob").check()
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Hand over 2").dblclick()
    see(page, "Handed over")
    page.get_by_role("button", name="Undo").wait_for()
    assert api.get(f"/customers/{given}")["ownerId"] == "bob"
    page.get_by_role("button", name="Undo").click()
    see(page, "Taken back")
    assert api.get(f"/customers/{given}")["ownerId"] == "leaver"
    api.post("/handover", fromUserId="leaver", to=[{"userId": "bob"}])
    page.reload()
    earlier = page.get_by_role("region", name="Earlier handovers")
    earlier.get_by_role("button", name="Undo").click()
    see(page, "2 records taken back")
    assert api.get(f"/customers/{given}")["ownerId"] == "leaver"

    session = json.dumps({"token": "test", "tenant": api.tenant, "user": "bob"})
    page.evaluate("session => sessionStorage.setItem('crm.session', session)", session)
    page.reload()
    page.get_by_text(re.compile("Only administrators who see the whole tenant")).wait_for()
    assert page.get_by_role("button", name="Check").count() == 0


def test_a_dialog_whose_outcome_is_unknown_keeps_its_request_id(opened: Open, api: Api) -> None:
    page = opened("organisation?tab=teams")
    sent: list[str] = []
    running = {"code": "IDEMPOTENT_CONFLICT", "message": "Still running.", "requestId": "r-409"}

    def unreliable(route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.headers["x-request-id"])
        if len(sent) == 1:  # done, but the answer is of somebody in between
            route.fetch()
            route.fulfill(status=500, json={"code": "INTERNAL", "message": "Broken answer."})
        elif len(sent) <= 4:  # as often as the page tries before it says so
            route.fulfill(status=409, headers={"Retry-After": "0"}, json=running)
        else:
            route.continue_()

    page.route("**/teams", unreliable)
    page.get_by_role("button", name="Add team").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Once Team")
    save = dialog.get_by_role("button", name="Save")
    save.click()
    dialog.get_by_text("Broken answer.").wait_for()
    save.click()
    dialog.get_by_text("Still running.").wait_for()
    save.click()
    dialog.wait_for(state="hidden")
    assert (len(sent), len(set(sent))) == (5, 1)
    assert [each["name"] for each in api.get("/teams")["data"]].count("Once Team") == 1


def test_a_customer_gets_a_parent_company(opened: Open, api: Api) -> None:
    group = api.post("/customers", name="Group Ltd")["customerId"]
    own = api.post("/customers", name="Branch Ltd")["customerId"]
    page = opened(f"customers/{own}")
    page.get_by_role("button", name="Choose the parent company").click()
    page.get_by_label("Choose the parent company").last.fill("Group")
    page.get_by_role("option", name="Group Ltd").click()
    page.get_by_role("region", name="Parent company").get_by_role("link", name="Group").click()
    below = page.get_by_role("region", name="Subsidiaries")
    below.get_by_role("link", name="Branch Ltd").wait_for()
    settle(page)
    assert api.get(f"/customers/{own}")["parentId"] == group


def test_a_double_click_transfers_a_customer_once(opened: Open, api: Api) -> None:
    api.put("/users/tina", name="Tina")
    customer = api.post("/customers", name="Moved Ltd")["customerId"]
    page = opened(f"customers/{customer}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Transfer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New owner").select_option("Tina")
    # Both clicks in one task: before anything could be drawn again.
    dialog.get_by_role("button", name="Transfer").evaluate("it => { it.click(); it.click(); }")
    dialog.wait_for(state="detached")
    assert sent.count("PATCH") == 1
    assert api.get(f"/customers/{customer}")["ownerId"] == "tina"
