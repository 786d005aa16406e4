"""Where a reader is in a list: kept when they come back, and left step by step."""

import pytest

from tests.console.conftest import Api, Open, Page, go

MANY = 80


@pytest.fixture
def listed(opened: Open, api: Api) -> Page:
    for user in ("ann", "ben"):
        api.put(f"/users/{user}", name=user.title())
    api.post("/customers/import", items=[{"name": f"Row {n:02}"} for n in range(MANY)])
    page = opened("customers")
    page.get_by_role("row").nth(1).wait_for()
    return page


def scrolled(page: Page) -> int:
    found: int = page.locator(".grid").evaluate("each => each.scrollTop")
    return found


def chosen(page: Page) -> int:
    found: int = page.locator(".trw.sel").count()
    return found


def row_of(page: Page, name: str) -> Page:
    return page.get_by_role("row").filter(has_text=name)


def test_back_leads_to_the_same_rows_with_what_was_selected(listed: Page) -> None:
    page = listed
    page.locator(".grid").evaluate("each => { each.scrollTop = 1200 }")
    row = row_of(page, "Row 40")
    row.get_by_role("checkbox").check()
    row.get_by_text("Row 40").click()
    page.locator(".panel").get_by_role("heading", name="Row 40").wait_for()
    before = scrolled(page)
    page.locator(".grid").focus()
    page.keyboard.press("o")
    page.get_by_role("heading", name="Row 40", level=1).wait_for()
    page.go_back()
    row.wait_for()
    assert (scrolled(page), chosen(page)) == (before, 1)
    # The keys go on from the same row.
    place = page.locator(".grid").get_attribute("aria-activedescendant")
    assert place is not None
    assert "Row 40" in page.locator(f"#{place}").inner_text()
    # Another list begins at its top.
    go(page, "contacts")
    page.get_by_role("heading", name="Contacts", level=1).wait_for()
    assert page.locator(".bulk").count() == 0


def test_escape_closes_the_panel_and_then_the_selection(listed: Page) -> None:
    page = listed
    for key in ("ArrowDown", "x", "ArrowDown", "ArrowDown", "Shift+X"):
        page.keyboard.press(key)
    assert chosen(page) == 3
    page.keyboard.press("Enter")
    page.locator(".panel h2").first.wait_for()
    page.keyboard.press("Escape")
    page.locator(".panel").wait_for(state="detached")
    assert chosen(page) == 3
    page.keyboard.press("Escape")
    page.locator(".bulk").wait_for(state="detached")
    assert chosen(page) == 0


def test_escape_leaves_a_form_and_what_was_typed_is_kept(listed: Page) -> None:
    page = listed
    page.keyboard.press("n")
    name = page.locator(".panel").get_by_label("Customer name")
    name.fill("Half a name")
    page.keyboard.press("Escape")
    page.locator(".panel").wait_for(state="detached")
    page.keyboard.press("n")
    assert name.input_value() == "Half a name"


def test_the_keys_of_the_sheet_do_what_it_says(listed: Page) -> None:
    page = listed
    for key, layer in (("s", "Sort"), ("v", "Views")):
        page.keyboard.press(key)
        page.get_by_role("menu", name=layer).wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("menu").wait_for(state="detached")
        page.locator(".grid:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("t")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(".grid:focus, .grid :focus").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator(".panel h2").first.wait_for()
    page.keyboard.press("l")
    page.get_by_role("dialog").wait_for()
    page.locator("[role=dialog] textarea:focus").wait_for()
    page.keyboard.type("Said in the lift")
    page.get_by_role("dialog").get_by_role("button", name="Tomorrow").click()
    # Also with the focus beside the text.
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(".tl").get_by_text("Said in the lift").wait_for()


def test_escape_closes_a_menu_that_does_not_have_the_focus_yet(listed: Page) -> None:
    page = listed
    page.keyboard.press("v")
    menu = page.get_by_role("menu", name="Views")
    menu.locator(":focus").wait_for()
    page.locator(".grid").focus()
    page.keyboard.press("Escape")
    menu.wait_for(state="detached")


def test_all_of_a_list_is_selected_without_a_filter(listed: Page, api: Api) -> None:
    page = listed
    page.keyboard.press("Control+a")
    page.get_by_role("button", name=f"Select all {MANY}").click()
    page.get_by_role("toolbar").get_by_role("button", name="Transfer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").select_option("ben")
    dialog.get_by_role("button", name="Check").click()
    dialog.get_by_role("button", name=f"Change {MANY}").click()
    dialog.wait_for(state="detached")
    found = api.get('/customers?filter=ownerId = "ben"&withTotal=true')
    assert found["total"] == MANY


def test_a_screen_that_cannot_be_fetched_can_be_tried_again(opened: Open, api: Api) -> None:
    """As after an upgrade, when the files of the page in the tab are gone."""
    api.post("/tags", name="Fetched")
    page = opened("today")
    page.get_by_role("heading", level=1).first.wait_for()
    page.route("**/assets/TagsPage-*.js", lambda route: route.abort())
    go(page, "settings/tags")
    failed = page.get_by_role("alert")
    failed.get_by_role("button", name="Try again").wait_for()
    page.unroute("**/assets/TagsPage-*.js")
    failed.get_by_role("button", name="Try again").click()
    page.locator(".tag", has_text="Fetched").first.wait_for()
