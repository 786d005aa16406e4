"""Filters in parts: conditions, brackets of the other word, and how many each value leaves."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.console.conftest import Api, Open, Page


@pytest.fixture
def listed(opened: Open, api: Api) -> Page:
    for name, status in (("One Ltd", 1), ("Two Ltd", 2), ("Three Ltd", 2)):
        api.post("/customers", name=name, status=status)
    mine = {"and": [{"field": "ownerId", "op": "is empty"}]}
    return opened(f"customers?filter={json.dumps(mine)}")


def filter_of(page: Page) -> object:
    return json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])


def choose(page: Page, field: str) -> None:
    page.get_by_role("row").nth(1).wait_for()
    page.locator(".fpop").wait_for(state="detached")
    page.keyboard.press("f")
    page.locator(".ff input:focus").wait_for()
    page.keyboard.type(field)
    page.locator(".ff mark").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".fv").wait_for()


def test_a_condition_joins_the_one_before_by_alt_and_by_the_switch(listed: Page) -> None:
    page = listed
    choose(page, "Status")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove filter Status").wait_for()
    choose(page, "Created")
    page.get_by_role("group", name="With the condition before").get_by_text("or").click()
    page.get_by_role("button", name="This year").click()
    page.get_by_role("button", name="Remove filter Created").wait_for()
    status, created = (
        {"field": "status", "op": "=", "value": 1},
        {"field": "createdAt", "op": "=", "value": "thisYear"},
    )
    unowned = {"field": "ownerId", "op": "is empty"}
    assert filter_of(page) == {"and": [unowned, {"or": [status, created]}]}
    assert page.locator(".chipg").inner_text().split("\n").count("or") == 1
    page.get_by_text("3 customers").wait_for()
    page.get_by_role("button", name="Remove filter Created").click()
    page.get_by_text("1 customer").wait_for()
    assert filter_of(page) == {"and": [unowned, status]}
    # By the keyboard, with Alt.
    choose(page, "Status")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+Enter")
    page.get_by_text("3 customers").wait_for()
    assert filter_of(page) == {"and": [unowned, {"or": [status, status | {"value": 2}]}]}


def test_alt_click_joins_too(listed: Page) -> None:
    page = listed
    choose(page, "Status")
    page.locator(".fv .mi").first.click()
    choose(page, "Status")
    page.locator(".fv .mi").nth(1).click(modifiers=["Alt"])
    page.locator(".chipg").wait_for()
    page.get_by_text("3 customers").wait_for()


def test_how_many_each_value_leaves_comes_late_and_moves_nothing(listed: Page) -> None:
    page = listed
    choose(page, "Status")
    value = page.locator(".fv .mi").nth(1)
    before = value.bounding_box()
    page.locator(".fv .hits-n", has_text="2").wait_for()
    assert page.locator(".fv .hits-n").all_inner_texts()[:2] == ["1", "2"]
    assert value.bounding_box() == before


def test_escape_leads_back_column_by_column(listed: Page) -> None:
    page = listed
    choose(page, "Status")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focus = "document.activeElement.closest('.ff, .fo, .fv')?.className"
    seen = []
    for _ in range(3):
        seen.append(page.evaluate(focus))
        page.keyboard.press("Escape")
    assert seen == ["fv", "fo", "ff"]
    page.locator(".fpop").wait_for(state="detached")
    assert page.get_by_role("row").count() == 4
