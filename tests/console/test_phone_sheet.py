"""A follow-up on the phone: the sheet that rests on the keyboard, and what a thumb reaches."""

import re

import pytest

from tests.console.conftest import Api, Open, Page, faults, go, settle

WORDS = "What was discussed, and how they responded"
KEYBOARD = 320
# A keyboard takes height from what is seen of the window, and leaves the window as it is.
OPEN_KEYBOARD = """height => {
  Object.defineProperty(visualViewport, 'height', {configurable: true, get: () => height});
  visualViewport.dispatchEvent(new Event('resize'));
}"""
COUNT_TOUCHES = "window.touches = 0; addEventListener('pointerdown', () => window.touches++, true)"


@pytest.fixture
def customer(api: Api) -> str:
    made = api.post("/customers", name="Harbour Ltd", contactPhone="13912345678")
    customer_id: str = made["customerId"]
    return customer_id


@pytest.fixture
def page(opened: Open, customer: str) -> Page:
    found = opened(f"customers/{customer}", width=360)
    settle(found)
    return found


def sheet(page: Page) -> Page:
    return page.get_by_role("dialog", name="Log follow-up")


def write(page: Page, text: str) -> None:
    page.get_by_role("button", name="Log follow-up").last.tap()
    sheet(page).get_by_placeholder(WORDS).fill(text)


def notes(api: Api, customer: str) -> list[str]:
    return [each["content"] for each in api.get(f"/follow-ups?customerId={customer}")["data"]]


def bottom(page: Page, name: str) -> float:
    box = sheet(page).get_by_role("button", name=name).bounding_box()
    return float(box["y"] + box["height"])


def test_the_next_step_and_the_button_stay_above_the_keyboard(page: Page, axe: str) -> None:
    write(page, "Sends a drawing\n" * 12)
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert faults(page, axe) == []
    seen = 844 - KEYBOARD
    page.evaluate(OPEN_KEYBOARD, seen)
    page.wait_for_function(
        "seen => document.querySelector('.sheet').getBoundingClientRect().bottom <= seen + 1",
        arg=seen,
    )
    for name in ("Tomorrow", "In 2 weeks", "Save follow-up"):
        assert bottom(page, name) <= seen
    head = sheet(page).get_by_role("heading", name="Log follow-up").bounding_box()
    assert head["y"] >= 0


def test_what_was_written_is_kept_when_the_sheet_is_left(
    page: Page, api: Api, customer: str
) -> None:
    write(page, "Half a sentence")
    page.touchscreen.tap(180, 20)  # beside the sheet
    sheet(page).wait_for(state="detached")
    page.get_by_role("button", name="Continue").tap()
    assert sheet(page).get_by_placeholder(WORDS).input_value() == "Half a sentence"
    page.go_back()  # closes the sheet, and stays on the page
    sheet(page).wait_for(state="detached")
    assert page.url.endswith(customer)
    page.wait_for_timeout(500)  # a tap that follows at once was meant for the sheet
    write(page, "A whole sentence")
    sheet(page).get_by_role("button", name="Save follow-up").tap()
    sheet(page).wait_for(state="detached")
    page.get_by_text("A whole sentence").wait_for()
    assert notes(api, customer) == ["A whole sentence"]
    assert page.url.endswith(customer)


def test_a_word_that_is_being_composed_saves_nothing(page: Page, api: Api, customer: str) -> None:
    write(page, "xiu ding ban")
    area = sheet(page).get_by_placeholder(WORDS)
    area.dispatch_event("compositionstart")
    for keys in ({}, {"ctrlKey": True}):
        event = {"key": "Enter", "isComposing": True, "bubbles": True, **keys}
        area.dispatch_event("keydown", event)
    area.press("Enter")
    page.wait_for_timeout(200)
    assert sheet(page).is_visible()
    assert notes(api, customer) == []


def test_from_the_day_to_a_saved_follow_up_there_are_four_touches(
    opened: Open, api: Api, customer: str
) -> None:
    api.post("/tasks", title="Ring them", customerId=customer, dueOn="2020-01-01")
    page = opened("today", width=360)
    row = page.locator("li", has_text="Ring them")
    row.wait_for()
    page.evaluate(COUNT_TOUCHES)
    title = row.locator(".tt").bounding_box()
    page.touchscreen.tap(title["x"] + 10, title["y"] + 10)
    page.get_by_role("button", name="Log follow-up").tap()
    sheet(page).get_by_placeholder(WORDS).fill("Sends a drawing")
    sheet(page).get_by_role("button", name="Tomorrow").tap()
    sheet(page).get_by_role("button", name="Save follow-up").tap()
    page.get_by_text("Follow-up logged").wait_for()
    assert page.evaluate("window.touches") == 4
    titles = [each["title"] for each in api.get(f"/tasks?customerId={customer}")["data"]]
    assert "Contact Harbour Ltd" in titles


def test_the_sheet_offers_who_was_opened_last_and_who_is_due(
    page: Page, api: Api, customer: str
) -> None:
    due = api.post("/customers", name="Due Ltd")["customerId"]
    api.post("/tasks", title="Ring", customerId=due, dueOn="2020-01-01")
    go(page, "today")
    page.get_by_role("button", name="New", exact=True).tap()
    page.get_by_role("menuitem", name="Log follow-up").tap()
    sheet(page).get_by_role("button", name="Due Ltd").wait_for()
    sheet(page).get_by_role("button", name="Harbour Ltd").tap()
    sheet(page).get_by_placeholder(WORDS).fill("From the menu")
    sheet(page).get_by_role("button", name="Save follow-up").tap()
    page.get_by_text("Follow-up logged").wait_for()
    assert notes(api, customer) == ["From the menu"]


def test_the_foot_of_a_customer_dials_and_the_tabs_stay_below_its_name(
    page: Page, api: Api, customer: str
) -> None:
    for place in range(12):
        api.post("/follow-ups", customerId=customer, content=f"Note {place}", followUpType="call")
    page.reload()
    settle(page)
    page.get_by_text("Note 11").wait_for()
    page.locator(".tri").evaluate("one => one.scrollTo(0, 500)")
    page.locator(".top b", has_text="Harbour Ltd").wait_for()
    head = page.locator(".top").bounding_box()
    tabs = page.get_by_role("navigation", name="Harbour Ltd").bounding_box()
    assert abs(tabs["y"] - head["y"] - head["height"]) <= 1
    page.get_by_role("button", name="Details").tap()
    assert "tab=facts" in page.url
    foot = page.locator(".pfoot .btn")
    assert all(each.bounding_box()["height"] >= 44 for each in foot.all())
    # A browser without a telephone stops at the number.
    with page.expect_response("**/reveal") as revealed:
        page.get_by_role("button", name=re.compile("^Call$")).first.tap()
    assert revealed.value.json()["revealed"] == {"contactPhone": "13912345678"}
