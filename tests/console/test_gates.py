"""Stages that require members: what is missing is asked for where the card was dropped."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console.conftest import Api, Browser, Open, Page, faults, settle
from tests.processes import Process, serving


@pytest.fixture(scope="module")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One whose operator has set what stages require."""
    assert browser
    requires = "3:expectedCloseOn,3:amountCents,5:source,6:lostNote"
    folder = tmp_path_factory.mktemp("gates")
    with serving(folder, CRM_AUTH_MODE="dev", CRM_STAGE_REQUIRES=requires) as process:
        yield process


@pytest.fixture
def deal(api: Api) -> str:
    customer = api.post("/customers", name="Gate Ltd")["customerId"]
    made = api.post("/opportunities", customerId=customer, title="Year", amountCents=0, stage=2)
    return str(made["opportunityId"])


def stored(api: Api, deal: str) -> dict[str, Any]:
    return api.get(f"/opportunities/{deal}")


def test_what_a_stage_requires_is_asked_for_beside_the_card(
    opened: Open, api: Api, deal: str, axe: str
) -> None:
    page = opened("deals")
    card = page.locator(".kc", has_text="Year")
    card.focus()
    page.keyboard.press("]")
    asked = page.get_by_role("dialog", name="Move Year to Proposal and quote")
    asked.get_by_text("This stage also needs:").wait_for()
    settle(page)
    assert faults(page, axe) == []
    # Leaving lets the card stay, and so does a form that is not complete.
    page.keyboard.press("Escape")
    asked.wait_for(state="detached")
    assert stored(api, deal)["stage"] == 2
    page.locator('[data-stage="2"] .kc', has_text="Year").focus()
    page.keyboard.press("]")
    asked.get_by_label("Expected close").fill("2030-01-31")
    assert asked.get_by_role("button", name="Move to Proposal and quote").is_disabled()
    asked.get_by_label("Amount").fill("12.50")
    page.keyboard.press("Enter")
    page.locator('[data-stage="3"] .kc', has_text="Year").wait_for()
    asked.wait_for(state="detached")
    now = stored(api, deal)
    assert (now["stage"], now["expectedCloseOn"], now["amountCents"]) == (3, "2030-01-31", 1250)


def test_a_lost_deal_keeps_the_reason_and_is_asked_for_the_rest(
    opened: Open, api: Api, deal: str
) -> None:
    page = opened("deals")
    drag(page, ".kc", ".drops .no")
    why = page.get_by_role("dialog", name="Lost: Year")
    why.get_by_role("button", name="Price").click()
    why.get_by_role("button", name="Mark as lost").click()
    asked = page.get_by_role("dialog", name="Move Year to Lost")
    asked.locator("textarea:focus").wait_for()
    page.keyboard.type("Too dear for them")
    asked.get_by_role("button", name="Move to Lost").click()
    asked.wait_for(state="detached")
    now = stored(api, deal)
    assert (now["stage"], now["lostReason"], now["lostNote"]) == (6, "price", "Too dear for them")


def test_the_page_of_a_deal_asks_too_and_what_is_won_leads_to_its_contract(
    opened: Open, api: Api, deal: str
) -> None:
    page = opened(f"deals/{deal}")
    page.locator("header").get_by_role("button", name="Won", exact=True).click()
    asked = page.get_by_role("dialog", name="Move Year to Won")
    asked.locator("select, .chip").first.wait_for()
    chip = asked.locator(".chip")
    if chip.count():
        chip.first.click()
    else:
        asked.locator("select").select_option(index=1)
    asked.get_by_role("button", name="Move to Won").click()
    page.get_by_role("button", name="Create contract").click()
    page.wait_for_url("**/contracts?new*")
    assert stored(api, deal)["stage"] == 5


def test_a_card_that_cannot_move_flies_back_and_says_why(opened: Open, api: Api, deal: str) -> None:
    page = opened("deals")
    card = page.locator('[data-stage="2"] .kc', has_text="Year")
    card.wait_for()
    api.delete(f"/opportunities/{deal}")
    drag(page, ".kc", '[data-stage="1"] .scroll')
    card.get_by_role("alert").wait_for()
    assert (card.get_by_role("alert").text_content() or "").startswith("Not moved: ")


def drag(page: Page, card: str, target: str) -> None:
    settle(page)
    box = page.locator(card).first.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=4)
    box = page.locator(target).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    # The page has measured where the card is held.
    page.locator(f"{target}.over" if "drops" in target else ".slot").wait_for()
    page.mouse.up()
