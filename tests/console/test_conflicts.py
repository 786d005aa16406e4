"""Two people at one record: what both see, and what is stored in the end."""

from typing import Any

from tests.console.conftest import Api, Open, Page, settle


def in_conflict(opened: Open, api: Api, **look: Any) -> tuple[Page, str]:
    """Somebody else has changed the address, which the reader has just typed anew."""
    made = api.post("/customers", name="Conflict Ltd", address="余杭区良渚大道 66 号")
    path = f"/customers/{made['customerId']}"
    page = opened(path[1:], **look)
    page.get_by_role("button", name="余杭区良渚大道 66 号").click()
    api.patch(path, address="余杭区良渚大道 88 号", remark="工业软件")
    editor = page.locator(".cell-edit")
    editor.fill("余杭区良渚大道 66 号 3 幢")
    editor.press("Enter")
    page.get_by_role("dialog").wait_for()
    return page, path


def test_only_the_difference_is_underlined_and_what_went_together_is_said(
    opened: Open, api: Api
) -> None:
    page, _ = in_conflict(opened, api, language="zh")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("另外 1 处没有冲突").wait_for()
    assert dialog.locator("ins").all_inner_texts() == ["3 幢", "88"]
    assert "「备注 工业软件」" in dialog.inner_text()
    chosen = dialog.get_by_role("radio", checked=True)
    assert chosen.count() == 1
    assert "3 幢" in chosen.locator("xpath=..").inner_text()


def test_enter_saves_what_was_typed(opened: Open, api: Api) -> None:
    page, path = in_conflict(opened, api)
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="66 号 3 幢").wait_for()
    settle(page)
    found = api.get(path)
    assert (found["address"], found["remark"]) == ("余杭区良渚大道 66 号 3 幢", "工业软件")


def test_what_the_other_one_wrote_can_stay(opened: Open, api: Api) -> None:
    page, path = in_conflict(opened, api)
    page.get_by_role("button", name="Use all theirs").click()
    page.get_by_role("button", name="Save merged record").click()
    page.get_by_role("button", name="88 号").wait_for()
    settle(page)
    assert api.get(path)["address"] == "余杭区良渚大道 88 号"


def test_escape_leads_back_to_what_was_typed(opened: Open, api: Api) -> None:
    page, path = in_conflict(opened, api)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    editor = page.locator(".cell-edit")
    assert editor.input_value() == "余杭区良渚大道 66 号 3 幢"
    page.wait_for_timeout(100)
    assert editor.evaluate("each => each === document.activeElement")
    assert api.get(path)["address"] == "余杭区良渚大道 88 号"
    # Who goes on has seen what the other one wrote.
    editor.press("Enter")
    page.get_by_role("button", name="66 号 3 幢").wait_for()
    settle(page)
    assert page.get_by_role("dialog").count() == 0
    assert api.get(path)["address"] == "余杭区良渚大道 66 号 3 幢"


def test_escape_leads_back_to_the_cell_of_a_list(opened: Open, api: Api) -> None:
    made = api.post("/customers", name="Cell Ltd")
    page = opened("customers")
    row = page.get_by_role("row").filter(has_text="Cell Ltd")
    row.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    editor = page.locator(".cell-edit")
    api.patch(f"/customers/{made['customerId']}", name="Theirs Ltd")
    editor.fill("Mine Ltd")
    editor.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert editor.input_value() == "Mine Ltd"
    editor.press("Escape")
    page.get_by_role("row").filter(has_text="Theirs Ltd").wait_for()


def test_a_card_that_somebody_else_has_moved_is_not_moved_again(opened: Open, api: Api) -> None:
    customer = api.post("/customers", name="Board Ltd")["customerId"]
    deal = api.post("/opportunities", customerId=customer, title="Rollout", amountCents=100)
    path = f"/opportunities/{deal['opportunityId']}"
    page = opened("deals")
    card = page.locator(".kc").filter(has_text="Rollout")
    card.focus()
    api.patch(path, stage=3)
    page.keyboard.press("]")
    page.get_by_text("Not moved").wait_for()
    settle(page)
    assert api.get(path)["stage"] == 3
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name="anyway").click()
    assert api.get(path)["stage"] == 2
