"""Reports of one team: of those who lead or belong to it, and to the teams below it."""

from typing import Any

import pytest

from tests.people.conftest import EVERYTHING, TEAM, Named, Person

PERIOD: dict[str, Any] = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
PATHS = ("/reports/funnel", "/reports/forecast", "/reports/activities")


@pytest.fixture
async def teams(admin: Person, person: Named) -> dict[str, str]:
    """Alice leads Sales; Dora leads East below it, which Bob belongs to; Finn is in no team, and
    one team has nobody. Each of the four has won a deal of another size."""
    for user in ("alice", "bob", "dora", "finn"):
        await admin.put(f"/users/{user}", {"name": user})
    made: dict[str, str] = {}
    for name, leader, members, parent in (
        ("Sales", "alice", [], None),
        ("East", "dora", ["bob"], "Sales"),
        ("Nobody", None, [], None),
    ):
        body: dict[str, Any] = {"name": name, "memberIds": members}
        body |= {"leaderIds": [leader]} if leader else {}
        body |= {"parentId": made[parent]} if parent else {}
        made[name] = (await admin.post("/teams", body)).json()["teamId"]
    for user, cents in (("alice", 1), ("bob", 10), ("dora", 100), ("finn", 1000)):
        caller = person(user)
        customer = await caller.customer(name=f"customer-of-{user}")
        await caller.opportunity(customer, amountCents=cents, stage=5)
        await caller.follow_up(customerId=customer["customerId"])
    return made


@pytest.mark.parametrize(("team", "cents", "people"), [("Sales", 111, 3), ("East", 110, 2)])
async def test_a_team_has_what_its_people_and_those_below_have(
    admin: Person, teams: dict[str, str], team: str, cents: int, people: int
) -> None:
    of_team: dict[str, Any] = {"teamId": teams[team]}
    narrowings: list[dict[str, Any]] = [{}, PERIOD]
    for narrowed in narrowings:
        found = (await admin.get("/reports/funnel", **of_team, **narrowed)).json()
        assert (found["totalAmountCents"], found["totalCount"]) == (cents, people)
        assert len(found["data"]) == 1
    found = (await admin.get("/reports/funnel", **of_team, mode="cohort", groupBy="owner")).json()
    assert (found["steps"][-1]["entered"], len(found["owners"])) == (people, people)
    by_owner = (await admin.get("/reports/forecast", **of_team, groupBy="owner")).json()
    assert by_owner["totals"][0]["wonCents"] == cents
    assert len(by_owner["data"]) == people
    acts = (await admin.get("/reports/activities", **of_team)).json()
    assert (acts["total"]["followUps"], acts["total"]["newCustomers"]) == (people, people)


async def test_the_filters_of_the_forecast_find_the_deals_of_the_team(
    admin: Person, teams: dict[str, str]
) -> None:
    for team, wanted in (("East", {10, 100}), ("Nobody", set())):
        found = (await admin.get("/reports/forecast", teamId=teams[team])).json()
        rows = [
            await admin.rows("/opportunities", filter=row["filters"]["won"])
            for row in found["data"]
        ]
        assert {each["amountCents"] for some in rows for each in some} == wanted


async def test_a_team_shows_nobody_more_than_they_see(
    person: Named, admin: Person, teams: dict[str, str]
) -> None:
    for user, cents in (("alice", 111), ("dora", 110), ("bob", 10), ("finn", 0)):
        found = await person(user, TEAM).get("/reports/funnel", teamId=teams["Sales"])
        assert found.json()["totalAmountCents"] == cents
    both: dict[str, Any] = {"teamId": teams["East"], "ownerId": "alice"}
    assert (await admin.get("/reports/funnel", **both)).json()["totalAmountCents"] == 0


@pytest.mark.parametrize("path", PATHS)
async def test_a_team_of_another_tenant_has_nobody_like_one_that_does_not_exist(
    person: Named, teams: dict[str, str], path: str
) -> None:
    charlie = person("charlie", EVERYTHING, tenant="globex")
    customer = await charlie.customer()
    await charlie.opportunity(customer)
    theirs = (await charlie.get(path)).json()
    unknown = (await charlie.get(path, teamId="01990000-0000-7000-8000-000000000000")).json()
    foreign = (await charlie.get(path, teamId=teams["Sales"])).json()
    assert foreign == unknown
    assert foreign != theirs
