"""People at work with the console, in a real browser with the real service."""

import json
import re
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.console.conftest import ZONE, Api, Browser, Open, Page, go, settle
from tests.processes import Process


def see(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).first.wait_for()


def test_a_visitor_is_led_in_and_the_link_of_make_run_enters_the_demo(
    browser: Browser, service: Process
) -> None:
    with httpx.Client(base_url=service.address) as client:
        root = client.get("/", headers={"Accept": "text/html"}, follow_redirects=True)
        assert root.url.path == "/console/"
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{service.address}/console/deals")
    page.get_by_role("button", name="Open demo").click()
    page.get_by_role("heading", name="Deals").wait_for()
    stored = page.evaluate("[Object.keys(localStorage), sessionStorage.getItem('crm.session')]")
    assert stored == [[], '{"token":"demo","tenant":"demo","user":""}']
    page.goto(f"{service.address}/console/me")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Access token").wait_for()
    assert page.evaluate("sessionStorage.getItem('crm.session')") is None
    page.goto(f"{service.address}/console/?demo")
    page.get_by_role("link", name="Today").first.wait_for()
    context.close()


def test_a_double_click_creates_one_customer_and_a_reload_keeps_what_was_typed(
    opened: Open, api: Api
) -> None:
    name = "<img src=x onerror=alert(1)> 云图"
    page = opened("customers?new", language="zh")
    page.get_by_label("客户名称").fill(name)
    page.get_by_label("联系电话").fill("13812345678")
    page.reload()
    see(page, "已恢复未保存的内容")
    assert page.get_by_label("客户名称").input_value() == name
    page.locator(".panel").get_by_role("button", name="新建", exact=True).dblclick()
    page.get_by_role("heading", name=name).wait_for()
    assert len(api.named(name)) == 1
    # What people typed is text, in the list as in the panel.
    assert page.locator("img").count() == 0
    assert page.locator(".trw", has_text=name).count() == 1
    assert page.get_by_text("138****5678").first.is_visible()


def test_two_people_who_edit_one_field_both_see_both_values(opened: Open, api: Api) -> None:
    made = api.post("/customers", name="Conflict Ltd")
    path = f"/customers/{made['customerId']}"
    page = opened(f"customers{path.removeprefix('/customers')}")
    page.get_by_role("button", name="Conflict Ltd").click()
    api.patch(path, name="Theirs Ltd", contactEmail="info@theirs.example")
    editor = page.get_by_label("Customer name")
    editor.fill("Mine Ltd")
    editor.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Theirs Ltd").wait_for()
    assert dialog.get_by_text("Mine Ltd").is_visible()
    assert api.get(path)["name"] == "Theirs Ltd"
    dialog.get_by_role("button", name="Save merged record").click()
    page.get_by_role("heading", name="Mine Ltd").first.wait_for()
    settle(page)
    # The field that only the other one changed is merged.
    changed = api.get(path)
    assert (changed["name"], changed["contactEmail"]) == ("Mine Ltd", "info@theirs.example")


def test_a_remark_that_is_edited_in_place_keeps_its_lines(opened: Open, api: Api) -> None:
    made = api.post("/customers", name="Lines Ltd", remark="First line\nSecond line")
    path = f"/customers/{made['customerId']}"
    page = opened(path.removeprefix("/"))
    page.get_by_text("Second line").click()
    editor = page.get_by_label("Remark")
    editor.press("Control+End")
    editor.press("Enter")
    editor.type("Third line")
    # It is shown before it is stored.
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        editor.press("Control+Enter")
    page.get_by_role("button", name="Third line").wait_for()
    assert api.get(path)["remark"] == "First line\nSecond line\nThird line"


def test_a_lost_answer_and_a_busy_service_do_nothing_twice(opened: Open, api: Api) -> None:
    page = opened("customers?new")
    sent: list[str] = []

    def unreliable(route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.headers["x-request-id"])
        if len(sent) == 1:
            route.fetch()  # done by the service, but the answer never arrives
            route.abort("connectionreset")
        elif len(sent) == 2:
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "RATE_LIMIT"})
        else:
            route.continue_()

    page.route("**/customers", unreliable)
    page.get_by_label("Customer name").fill("Once Ltd")
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_text(re.compile("Too many requests")).wait_for()
    page.get_by_role("heading", name="Once Ltd").wait_for()
    assert len(set(sent)) == 1
    assert len(sent) == 3
    assert len(api.named("Once Ltd")) == 1


def test_an_expired_token_keeps_what_was_typed(opened: Open, api: Api) -> None:
    made = api.post("/customers", name="Patience Ltd")
    page = opened(f"customers/{made['customerId']}")
    note = page.get_by_placeholder("What was discussed, and how they responded")
    note.fill("They want two instalments.")
    refused = {"code": "UNAUTHORIZED", "message": "The token has expired.", "requestId": "r-1"}
    page.route("**/follow-ups", lambda route: route.fulfill(status=401, json=refused))
    page.get_by_role("button", name="Tomorrow").click()
    note.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(re.compile("The token has expired.")).wait_for()
    page.unroute("**/follow-ups")
    dialog.get_by_label("Access token").fill("another")
    dialog.get_by_role("button", name="Sign in").click()
    dialog.wait_for(state="hidden")
    assert note.input_value() == "They want two instalments."
    page.get_by_role("button", name="Save follow-up").click()
    see(page, "Follow-up logged")
    notes = api.get(f"/follow-ups?customerId={made['customerId']}")
    assert [each["content"] for each in notes["data"]] == ["They want two instalments."]
    tasks = api.get(f"/tasks?customerId={made['customerId']}")["data"]
    assert [each["title"] for each in tasks] == ["Contact Patience Ltd"]


def test_everything_can_be_done_with_the_keyboard(opened: Open, api: Api) -> None:
    for name in ("Keys One", "Keys Two", "Keys Three"):
        api.post("/customers", name=name)
    page = opened("customers")
    page.locator(".trw", has_text="Keys Three").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Keys Two").wait_for()
    page.keyboard.press("j")
    page.get_by_role("heading", name="Keys One").wait_for()
    # The page walks through the same list, and leads back to it.
    page.keyboard.press("o")
    page.get_by_role("heading", name="Keys One").first.wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", name="Keys Two").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Customers").wait_for()
    page.keyboard.press("Escape")
    page.locator(".panel").wait_for(state="detached")
    # The key is never too early, nor what is typed after it, and Enter waits for the hits.
    page = opened("customers")

    def late(route: Any) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/assets/Palette-*.js", late)
    page.reload()
    page.locator("nav").first.wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("Keys ")
    page.get_by_role("combobox", name="Search or jump to").wait_for()
    page.keyboard.type("Two")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("heading", name="Keys Two").first.wait_for()
    page.keyboard.press("l")
    page.keyboard.type("j is a letter here")
    note = page.get_by_placeholder("What was discussed, and how they responded")
    assert note.input_value() == "j is a letter here"
    page.go_back()
    page.wait_for_url("**/console/customers")


def test_a_day_is_worked_off_with_the_keyboard(opened: Open, api: Api) -> None:
    api.put("/users/kai", name="Kai")
    page = opened("today", user="kai")
    page.get_by_role("heading", name="Bring in your customers in three steps").wait_for()
    customer = api.post("/customers", name="Day Ltd", ownerId="kai")["customerId"]
    page.keyboard.press("n")
    page.get_by_label("Title").fill("Send the offer")
    page.get_by_label("Due date").fill(datetime.now(ZoneInfo(ZONE)).date().isoformat())
    page.get_by_label("Title").press("Enter")
    row = page.get_by_label("Today", exact=True).locator("li", has_text="Send the offer")
    row.get_by_role("button", name="Done: Send the offer").press("Enter")
    see(page, "Done. Next step?")
    see(page, "1 / 1")
    page.keyboard.press("2")
    page.get_by_text(re.compile("^Planned for")).wait_for()
    tasks = api.get("/tasks?sort=-createdAt&pageSize=2")["data"]
    due = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=3)
    assert [(each["title"], each["status"]) for each in tasks] == [
        ("Send the offer", "open"),
        ("Send the offer", "done"),
    ]
    assert (tasks[0]["dueOn"], tasks[0]["assigneeId"]) == (due.isoformat(), "kai")
    # What was ticked a moment ago is still there, struck through, after another page.
    go(page, f"customers/{customer}")
    page.get_by_role("heading", name="Day Ltd").first.wait_for()
    go(page, "today")
    row.locator(".dn").wait_for()
    page.get_by_role("link", name=re.compile(", 1 task$")).last.click()
    page.wait_for_url("**/tasks?filter=*")
    page.locator(".trw", has_text="Send the offer").wait_for()
    # The same service as everybody sees it, and one of them.
    page.get_by_role("button", name=re.compile("^acme")).click()
    page.get_by_role("menuitem", name="Whole tenant").click()
    page.get_by_role("link", name="Today").first.click()
    page.get_by_role("button", name="Whose day").click()
    page.get_by_role("menuitem", name="Kai").click()
    page.get_by_label("Next 7 days").get_by_text("Send the offer").wait_for()


def test_a_deleted_customer_comes_back_with_undo_and_many_are_changed_after_a_preview(
    opened: Open, api: Api
) -> None:
    made = [api.post("/customers", name=f"Bulk {n}") for n in range(3)]
    page = opened(f"customers?open={made[0]['customerId']}")
    page.locator(".panel").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    see(page, "Bulk 0 deleted")
    assert api.named("Bulk 0") == []
    page.get_by_role("button", name="Undo").click()
    see(page, "Bulk 0 restored")
    settle(page)
    assert len(api.named("Bulk 0")) == 1
    for n in (1, 2):
        page.get_by_label(f"Select Bulk {n}").check()
    page.get_by_role("button", name="Edit all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option(label="Status")
    dialog.get_by_label("New value").select_option(label="Disabled")
    dialog.get_by_role("button", name="Check").click()
    see(page, "2 will change, 0 have this value already, 0 cannot be changed.")
    assert api.named("Bulk 1")[0]["status"] == 1
    dialog.get_by_role("button", name="Change 2").click()
    see(page, "2 changed")
    assert [api.named(f"Bulk {n}")[0]["status"] for n in range(3)] == [1, 2, 2]


def test_a_deal_is_dragged_and_a_payment_is_registered_once(opened: Open, api: Api) -> None:
    customer = api.post("/customers", name="Board Ltd")["customerId"]
    deal = api.post("/opportunities", customerId=customer, title="Drag me", amountCents=128_000)
    about = {"opportunityId": deal["opportunityId"], "dueOn": "2026-01-01"}
    api.post("/tasks", title="Send the quote", **about)
    page = opened("deals")
    card = page.locator(".kc", has_text="Drag me")
    card.locator("[title='Send the quote']", has_text="days late").wait_for()
    settle(page)
    start, target = card.bounding_box(), page.locator(".kcol").nth(2).bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(target["x"] + 80, target["y"] + 200, steps=8)
    page.locator(".slot").wait_for()
    page.mouse.up()
    see(page, "Drag me moved to Proposal and quote")
    path = f"/opportunities/{deal['opportunityId']}"
    assert api.get(path)["stage"] == 3
    page.locator(".kc", has_text="Drag me").press("]")
    see(page, "Drag me moved to Negotiation")
    see(page, "Moved to Negotiation, place 1")
    assert api.get(path)["stage"] == 4
    # The card has the focus in its new column. It is lost with a reason, by keys.
    settle(page)
    start = page.locator(".kc:focus", has_text="Drag me").bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 60, steps=4)
    page.locator(".drops .no").hover()
    page.locator(".drops .no.over").wait_for()
    page.mouse.up()
    asked = page.get_by_role("dialog", name="Lost: Drag me")
    asked.get_by_role("button", name="Price").wait_for()
    page.keyboard.press("Escape")
    asked.wait_for(state="detached")
    assert api.get(path)["stage"] == 4
    page = opened(f"deals/{deal['opportunityId']}")
    page.get_by_role("button", name="Lost", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Price").wait_for()
    page.keyboard.press("2")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Enter")
    lost = api.get(path)
    assert (lost["stage"], lost["lostReason"]) == (6, "competitor")

    contract = api.post("/contracts", customerId=customer, contractNo="HT-1", amountCents=100_000)
    page = opened(f"contracts/{contract['contractId']}")
    page.get_by_role("button", name="Register payment").click()
    page.get_by_role("button", name=re.compile("^Half")).click()
    page.get_by_role("button", name="Register ¥ 500").dblclick()
    see(page, "¥ 500 registered")
    paid = api.get(f"/contracts/{contract['contractId']}")
    assert (paid["paidCents"], paid["outstandingCents"]) == (50_000, 50_000)


def test_a_view_is_saved_and_says_when_it_has_been_changed(opened: Open, api: Api) -> None:
    api.post("/customers", name="View Ltd")
    page = opened("customers")
    page.get_by_role("button", name="No owner").click()
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("menuitem", name="Save as view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Nobody's")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Nobody's").wait_for()
    (view,) = api.get("/views")["data"]
    condition = {"field": "ownerId", "op": "is empty"}
    assert (view["name"], json.loads(view["filter"])) == ("Nobody's", {"and": [condition]})
    page.reload()
    page.get_by_role("button", name="Nobody's").wait_for()
    assert page.get_by_text("Changed", exact=True).count() == 0
    page.get_by_role("button", name="No owner").click()
    see(page, "Changed")
    page.get_by_role("button", name="Restore").click()
    page.get_by_text("Changed", exact=True).wait_for(state="detached")
    assert page.get_by_role("button", name="No owner").get_attribute("aria-pressed") == "true"
    # It is one of my views at the side, with how many there are, and as it was saved.
    count = api.get(f"/customers?withTotal=true&filter={json.dumps(condition)}")["total"]
    page.get_by_role("link", name="Deals").first.click()
    page.get_by_role("link", name=re.compile(f"^Nobody's {count}$")).click()
    page.get_by_role("button", name="No owner", pressed=True).wait_for()
    assert page.get_by_text("Changed", exact=True).count() == 0

    # Where nothing is left, the filter that leaves out the most can be taken away by itself.
    name = {"field": "name", "op": "~", "value": "View Ltd"}
    short = {"field": "shortName", "op": "=", "value": "nothing"}
    go(page, f"customers?filter={json.dumps({'and': [name, short]})}")
    page.get_by_role("button", name="Without “Short name”: 1").click()
    page.locator(".trw", has_text="View Ltd").wait_for()


def searches(urls: list[str]) -> list[str]:
    return [url for url in urls if "/search?" in url]


def test_an_input_method_is_never_interrupted(opened: Open, api: Api) -> None:
    api.post("/customers", name="杭州云图科技有限公司")
    page = opened("customers", language="zh")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/search" in request.url else None
    )
    see(page, "杭州云图科技有限公司")
    page.keyboard.press("Control+k")
    page.locator("[role=combobox]:focus").wait_for()
    client = page.context.new_cdp_session(page)
    client.send(
        "Input.imeSetComposition", {"text": "yuntu", "selectionStart": 5, "selectionEnd": 5}
    )
    page.wait_for_timeout(400)
    assert searches(asked) == []
    client.send("Input.insertText", {"text": "云图"})
    page.get_by_role("option", name=re.compile("杭州云图科技有限公司")).wait_for()
    assert len(searches(asked)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_phone_shows_nothing_beyond_its_width(opened: Open, api: Api, language: str) -> None:
    words = {
        "zh": ("新建", "记跟进", "聊了什么，对方怎么说", "明天", "保存跟进", "已记跟进"),
        "en": (
            "New",
            "Log follow-up",
            "What was discussed, and how they responded",
            "Tomorrow",
            "Save follow-up",
            "Follow-up logged",
        ),
    }[language]
    new, log, placeholder, tomorrow, save, saved = words
    name = f"Phone {language} with a name that is much longer than the screen is wide"
    customer = api.post("/customers", name=name)["customerId"]
    page = opened("today", language=language, width=360)
    for path in (
        "today",
        "customers",
        "contacts",
        "deals",
        "contracts",
        "reports",
        "recycle-bin",
        "history",
        "organisation",
        "follow-ups",
        "me",
        f"customers/{customer}",
    ):
        go(page, path)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path
    go(page, "today")
    page.get_by_role("button", name=new, exact=True).last.click()
    page.get_by_role("menuitem", name=log).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill(name[:12])
    dialog.get_by_role("option", name=name).click()
    dialog.get_by_placeholder(placeholder).fill("ok")
    dialog.get_by_role("button", name=tomorrow).click()
    dialog.get_by_role("button", name=save).click()
    see(page, saved)
    assert len(api.get(f"/follow-ups?customerId={customer}")["data"]) == 1


def test_enter_takes_the_customer_that_is_typed_also_before_the_hits_have_come(
    opened: Open, api: Api
) -> None:
    for name in ("Typed Ltd", "Newest Ltd"):
        api.post("/customers", name=name)
    page = opened("today")
    page.get_by_role("button", name="New", exact=True).first.click()
    page.get_by_role("menuitem", name="Log follow-up").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").focus()
    dialog.get_by_role("option", name="Newest Ltd").wait_for()
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    dialog.get_by_role("combobox").wait_for(state="detached")
    dialog.get_by_text("Typed Ltd").wait_for()


def test_today_is_worked_through_by_keys(opened: Open, api: Api) -> None:
    api.put("/users/kim", name="Kim")
    day = datetime.now(ZoneInfo(ZONE)).date().isoformat()
    for title in ("First", "Second"):
        api.post("/tasks", title=title, dueOn=day, assigneeId="kim")
    page = opened("today", user="kim")
    page.get_by_text("Second").wait_for()
    focused = "document.activeElement.getAttribute('aria-label')"
    seen = []
    for key in ("j", "ArrowDown", "k", "j"):
        page.keyboard.press(key)
        seen.append(page.evaluate(focused))
    assert seen == [f"Done: {each}" for each in ("First", "Second", "First", "Second")]
    page.keyboard.press("m")
    page.locator(".tk.dn", has_text="Second").wait_for()
    see(page, "Done. Next step?")
    tasks = api.get("/tasks?sort=createdAt")["data"]
    tasks = [each for each in tasks if each["assigneeId"] == "kim"]
    assert [each["status"] for each in tasks] == ["open", "done"]
