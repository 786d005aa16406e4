"""Without a network: nothing is lost, and nothing is written twice."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.console.conftest import ZONE, Api, Open, Page, go, settle

PLACEHOLDER = "What was discussed, and how they responded"


def see(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).first.wait_for()


def today() -> str:
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()


def notes_of(api: Api, customer: str) -> list[str]:
    return [each["content"] for each in api.get(f"/follow-ups?customerId={customer}")["data"]]


def stored(page: Page) -> list[str]:
    names: list[str] = page.evaluate(
        "Object.keys(localStorage).filter(name => name.startsWith('crm.outbox'))"
    )
    return names


def test_what_is_done_without_a_network_survives_a_reload_and_is_sent_once(
    opened: Open, api: Api
) -> None:
    api.put("/users/fan", name="Fan")
    customer = api.post("/customers", name="Offline Ltd", ownerId="fan")["customerId"]
    task = {"customerId": customer, "assigneeId": "fan", "dueOn": today()}
    ticked, other = (
        api.post("/tasks", title=title, **task)["taskId"] for title in ("Ring", "Write")
    )
    page = opened(f"customers/{customer}", width=390, user="fan", worker=True)
    note = page.get_by_placeholder(PLACEHOLDER)
    page.get_by_role("button", name="Log follow-up").click()
    note.wait_for()
    page.keyboard.press("Escape")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    go(page, "today")
    see(page, "Ring")

    page.context.set_offline(True)
    page.get_by_role("button", name="Done: Ring").click()
    see(page, "Stored on this device, sent when you are online again")
    page.get_by_role("button", name="Done: Write").click()
    page.go_back()
    page.get_by_role("button", name="Log follow-up").click()
    note.fill("Said on the train")
    group = page.get_by_role("group", name="Next contact")
    group.get_by_role("button", name="Tomorrow").click()
    page.get_by_role("button", name="Save follow-up").dblclick()
    page.locator(".tl").get_by_text("Said on the train").wait_for()
    see(page, "3 waiting to be sent")
    # The page itself comes from what the browser has kept, at any depth.
    page.reload()
    page.get_by_role("button", name="3 waiting to be sent").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Said on the train").wait_for()
    dialog.get_by_role("listitem", name="Write").get_by_role("button", name="Discard").click()
    see(page, "Write discarded")
    dialog.get_by_role("button", name="Close").click()
    assert notes_of(api, customer) == []

    page.context.set_offline(False)
    see(page, "2 sent")
    settle(page)
    assert stored(page) == []
    assert notes_of(api, customer) == ["Said on the train"]
    assert api.get(f"/tasks/{ticked}")["status"] == "done"
    assert api.get(f"/tasks/{other}")["status"] == "open"
    titles = [each["title"] for each in api.get(f"/tasks?customerId={customer}")["data"]]
    assert sorted(titles) == ["Contact Offline Ltd", "Ring", "Write"]


def test_a_note_whose_answer_is_lost_is_stored_once(opened: Open, api: Api) -> None:
    customer = api.post("/customers", name="Tunnel Ltd")["customerId"]
    page = opened(f"customers/{customer}")

    sent: list[str] = []

    def swallow(route: Any) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.headers["x-request-id"])
        if len(sent) <= 3:  # as often as the page tries before it says so
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/follow-ups", swallow)
    page.get_by_placeholder(PLACEHOLDER).fill("Heard twice")
    page.get_by_role("button", name="Save follow-up").click()
    see(page, "Stored on this device, sent when you are online again")
    see(page, "1 sent")
    assert notes_of(api, customer) == ["Heard twice"]
    assert (len(sent), len(set(sent))) == (4, 1)
    assert stored(page) == []


def test_a_reload_in_the_middle_of_saving_neither_loses_nor_doubles_a_note(
    opened: Open, api: Api
) -> None:
    customer = api.post("/customers", name="Reload Ltd")["customerId"]
    page = opened(f"customers/{customer}")
    done: list[int] = []

    def hold(route: Any) -> None:
        if route.request.method == "POST" and not done:
            done.append(route.fetch().status)  # and the page never hears of it
        else:
            route.continue_()

    page.route("**/follow-ups", hold)
    note = page.get_by_placeholder(PLACEHOLDER)
    note.fill("Pressed and reloaded")
    page.get_by_role("button", name="Save follow-up").click()
    while not done:
        page.wait_for_timeout(20)
    page.reload()
    note.wait_for()
    assert note.input_value() == "Pressed and reloaded"
    page.get_by_role("button", name="Save follow-up").click()
    see(page, "Follow-up logged")
    assert notes_of(api, customer) == ["Pressed and reloaded"]
    assert done == [201]


def test_what_somebody_else_changed_meanwhile_is_shown_beside_it(opened: Open, api: Api) -> None:
    made = api.post("/customers", name="Before Ltd", contactEmail="a@before.example")
    path = f"/customers/{made['customerId']}"
    page = opened(f"customers{path.removeprefix('/customers')}")
    page.get_by_role("button", name="a@before.example").click()
    page.context.set_offline(True)
    editor = page.get_by_label("E-mail")
    editor.fill("mine@before.example")
    editor.press("Enter")
    see(page, "mine@before.example")
    see(page, "1 waiting to be sent")
    api.patch(path, contactEmail="theirs@before.example")
    page.context.set_offline(False)
    page.get_by_role("button", name="1 not sent").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("theirs@before.example").wait_for()
    assert dialog.get_by_text("mine@before.example").is_visible()
    assert api.get(path)["contactEmail"] == "theirs@before.example"
    dialog.get_by_role("button", name="Use mine").click()
    see(page, "1 sent")
    assert api.get(path)["contactEmail"] == "mine@before.example"
