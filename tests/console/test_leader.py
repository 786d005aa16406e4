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


def test_reports_show_a_team_and_each_figure_leads_to_its_list(opened: Open, staffed: Api) -> None:
    customer = staffed.named("Wang Ltd")[0]["customerId"]
    staffed.post("/opportunities", customerId=customer, title="Won", amountCents=900_000, stage=5)
    page = opened("reports")
    summary = page.get_by_label("Overview")
    summary.get_by_text("¥ 3,000", exact=True).wait_for()
    page.get_by_label("Team", exact=True).select_option(label="East")
    summary.get_by_text("¥ 2,000", exact=True).wait_for()
    people = page.get_by_label("Owner", exact=True).locator("option").all_text_contents()
    assert sorted(people) == ["All owners", "Lina", "Wang"]
    # Won and expected together: a figure of two kinds of deals has a list, too.
    summary.locator("dd").nth(4).get_by_role("link").click()
    page.locator(".trw", has_text="Wang's deal").wait_for()
    assert page.locator(".trw").count() == 3
    assert page.get_by_text("Finn's deal").count() == 0


def test_activities_have_a_chart_for_each_person(opened: Open, staffed: Api) -> None:
    for user, notes in (("lina", 2), ("wang", 1)):
        customer = staffed.named(f"{user.title()} Ltd")[0]["customerId"]
        for number in range(notes):
            headers = {"X-User-Id": user, "X-Request-ID": f"{user}-{number}"}
            answer = staffed.send("/follow-ups", headers, customerId=customer, content="Called")
            assert answer["createdBy"] == user
    page = opened("reports")
    rows = page.get_by_label("Activities").locator("tbody tr")
    rows.first.get_by_role("img").wait_for()
    last = [
        row.get_by_role("img").get_attribute("aria-label").split(": ")[-1] for row in rows.all()
    ]
    assert last == ["2", "1", "0"]
    assert rows.first.get_by_role("link").first.get_attribute("title").startswith("Follow-ups in")
