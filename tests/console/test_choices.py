"""Options and tags: administered, seen in their colours, filtered by and edited in place."""

import re

from tests.console.conftest import Api, Open, Page, faults, settle


def tag(page: Page, text: str, color: str) -> None:
    page.locator(".tag", has=page.locator(f".dot.{color}"), has_text=text).first.wait_for()


def chip(page: Page, text: str, looks: str) -> None:
    page.locator(f".tag.{looks}", has_text=text).first.wait_for()


def add_old_to_all(page: Page) -> None:
    """Each record keeps its other tags."""
    page.get_by_role("checkbox", name="Tagged Ltd").check()
    page.get_by_role("button", name="Edit all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Field").select_option(label="Add tags")
    dialog.get_by_label("Old").check()
    dialog.get_by_role("button", name="Check").click()
    dialog.get_by_role("button", name="Change 1").click()
    page.get_by_text("1 changed").first.wait_for()


def test_an_administrator_names_tags_and_options_that_records_then_show(
    opened: Open, api: Api, axe: str
) -> None:
    customer = api.post("/customers", name="Tagged Ltd")
    api.post("/tags", name="Old")
    page = opened("choices?tab=tags")
    page.get_by_role("button", name="Add tag").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Key")
    dialog.get_by_label("Red").check()
    dialog.get_by_role("button", name="Save").click()
    chip(page, "Key", "d")
    settle(page)
    assert faults(page, axe) == []
    [key] = [each for each in api.get("/tags")["data"] if each["name"] == "Key"]

    page.get_by_role("link", name="Options").click()
    page.get_by_label("Field").select_option(value="customer.level")
    page.get_by_role("button", name="Edit: A, key account").click()
    dialog.get_by_label("English label").fill("Strategic")
    dialog.get_by_label("Purple").check()
    dialog.get_by_role("button", name="Save").click()
    chip(page, "Strategic", "purple")
    settle(page)
    assert faults(page, axe) == []

    page.goto(page.url.partition("/console/")[0] + f"/console/customers/{customer['customerId']}")
    page.get_by_role("button", name="Edit tags").click()
    page.get_by_label("Key").check()
    page.get_by_label("Key").press("Enter")
    tag(page, "Key", "d")
    page.get_by_role("button", name=re.compile("^Level")).click()
    page.get_by_label("Level").select_option(label="Strategic")
    chip(page, "Strategic", "purple")
    settle(page)
    found = api.get(f"/customers/{customer['customerId']}")
    assert (found["tags"], found["level"]) == ([key["tagId"]], "level.a")

    condition = f'{{"and":[{{"field":"tags","op":"has","value":"{key["tagId"]}"}}]}}'
    page.goto(page.url.partition("/console/")[0] + f"/console/customers?filter={condition}")
    page.locator(".trw", has_text="Tagged Ltd").wait_for()
    assert page.locator(".trw").count() == 1

    add_old_to_all(page)
    assert len(api.get(f"/customers/{customer['customerId']}")["tags"]) == 2

    # One tag takes the place of another.
    page.goto(page.url.partition("/console/")[0] + "/console/choices?tab=tags")
    page.get_by_role("button", name="Edit: Key").click()
    dialog.get_by_label("Tag that stays").select_option(label="Old")
    dialog.get_by_role("button", name="Merge").click()
    page.get_by_text("Key has been merged into Old").first.wait_for()
    left = {each["name"]: each["tagId"] for each in api.get("/tags")["data"]}
    assert "Key" not in left
    assert api.get(f"/customers/{customer['customerId']}")["tags"] == [left["Old"]]
