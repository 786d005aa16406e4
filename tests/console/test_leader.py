"""A leader at work: what the team has, by the claims that a token of mode dev may be."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.console.conftest import ZONE, Api, Open, Page


def today() -> str:
    return datetime.now(ZoneInfo(ZONE)).date().isoformat()


def see(page: Page, text: str) -> None:
    page.get_by_text(text, exact=True).first.wait_for()


@pytest.fixture
def staffed(api: Api) -> Api:
    """Lina leads Wang; Finn is in no team. Each has a customer, a deal and a task for today."""
    for user in ("Lina", "Wang", "Finn"):
        owner = user.lower()
        api.put(f"/users/{owner}", name=user)
        made: dict[str, Any] = api.post("/customers", name=f"{user} Ltd", ownerId=owner)
        mine = {"customerId": made["customerId"]}
        deal = {"title": f"{user}'s deal", "amountCents": 100_000, "expectedCloseOn": today()}
        api.post("/opportunities", **mine, **deal, ownerId=owner)
        api.post("/tasks", **mine, title=f"Call for {user}", dueOn=today(), assigneeId=owner)
    api.post("/teams", name="East", leaderIds=["lina"], memberIds=["lina", "wang"])
    return api


def test_a_leader_sees_the_day_the_customers_and_the_deals_of_the_team(
    opened: Open, staffed: Api
) -> None:
    page = opened("today")
    # Nobody is signed in, who sees everything; then the leader; then one of the team.
    see(page, "Call for Finn")
    act_as(page, "Lina", "leader")
    see(page, "Call for Lina")
    assert page.get_by_text("Call for Wang").count() == 0
    page.get_by_role("button", name="Team", exact=True).click()
    see(page, "Call for Wang")
    assert page.get_by_text("Call for Finn").count() == 0

    page.get_by_role("link", name="Customers").click()
    see(page, "Wang Ltd")
    assert page.get_by_text("Finn Ltd").count() == 0
    page.get_by_role("button", name="Mine", exact=True).click()
    page.get_by_text("Wang Ltd").wait_for(state="detached")
    page.get_by_role("button", name="My team", exact=True).click()
    see(page, "Wang Ltd")

    page.get_by_role("link", name="Deals").click()
    see(page, "Wang's deal")
    page.get_by_role("button", name="Mine", exact=True).click()
    page.get_by_text("Wang's deal").wait_for(state="detached")

    act_as(page, "Wang", "member")
    see(page, "Wang's deal")
    assert page.get_by_role("button", name="My team", exact=True).count() == 0
    act_as(page, "Whole tenant", "administrator")
    # Whose records are shown is in the address, and stays.
    see(page, "Lina's deal")
    page.get_by_role("button", name="Mine", exact=True).click()
    see(page, "Finn's deal")
    # Whoever leads the team above all others sees it, so that what is done has a name.
    token = json.loads(page.evaluate("JSON.parse(sessionStorage['crm.session']).token"))
    assert token["sub"] == "lina"


def act_as(page: Page, name: str, role: str) -> None:
    page.locator(".ws").click()
    page.get_by_role("menuitem", name=f"{name} {role}").click()
