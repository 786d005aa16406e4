"""What managing deals needs: when they are expected, since when they stand, why they were lost."""

from datetime import UTC, datetime, timedelta

from tests.world import Beside, Caller, Json, Running, faults, nothing_changes


def days_ago(days: float) -> int:
    return int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)


def at_stage_for(cell: Running, deal: Json, days: float) -> None:
    """As if it had come to its stage so long ago."""
    cell.change(
        f"UPDATE opportunities SET stage_since = {days_ago(days)}"
        f" WHERE id = '{deal['opportunityId']}'"
    )


async def test_the_service_notes_since_when_and_how_often_it_was_pushed(
    acme: Caller, cell: Running
) -> None:
    deal = await acme.opportunity(
        await acme.customer(), expectedCloseOn="2026-12-01", probability=35, source="referral"
    )
    path = f"/opportunities/{deal['opportunityId']}"
    assert deal["stageSince"] == deal["createdAt"]
    assert (deal["probability"], deal["source"], deal["pushedCount"]) == (35, "referral", 0)

    async def patched(**members: object) -> Json:
        answer = await acme.patch(path, members)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    later = await patched(expectedCloseOn="2026-12-20")
    assert (later["pushedCount"], later["stageSince"]) == (1, deal["stageSince"])
    sooner = await patched(expectedCloseOn="2026-12-10", probability=None)
    assert (sooner["pushedCount"], sooner["probability"]) == (1, None)
    assert (await patched(expectedCloseOn=None))["pushedCount"] == 1
    assert (await patched(expectedCloseOn="2027-01-31"))["pushedCount"] == 1

    lost = await patched(stage=6, lostReason="price", lostNote="贵了一成", competitor="星河软件")
    assert lost["closedAt"] == lost["stageSince"] == lost["updatedAt"]
    assert (lost["lostReason"], lost["lostNote"]) == ("price", "贵了一成")
    moved = await patched(title="年度采购（二）")
    assert (moved["closedAt"], moved["stageSince"]) == (lost["closedAt"], lost["stageSince"])
    again = await patched(status=1)
    assert (again["stage"], again["closedAt"]) == (1, None)
    assert again["stageSince"] == again["updatedAt"]
    # What the service sets is taken back unchanged, and refused with another value.
    assert (await acme.patch(path, again)).status_code == 200
    async with nothing_changes(cell):
        for member, value in (("closedAt", deal["createdAt"]), ("pushedCount", 7)):
            assert faults(await acme.patch(path, {member: value})) == {(member, "read_only")}


async def test_a_transfer_touches_neither_stage_nor_times(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    customer = await alice.customer()
    deal = await alice.opportunity(customer, stage=3, expectedCloseOn="2026-12-01")
    path = f"/opportunities/{deal['opportunityId']}"
    at_stage_for(cell, deal, 40)
    before = (await acme.get(path)).json()
    await acme.send(
        "PATCH",
        f"/customers/{customer['customerId']}",
        params={"withOpportunities": "true"},
        headers={"X-Request-ID": "hand-over", "Content-Type": "application/json"},
        content=b'{"ownerId": "bob"}',
    )
    after = (await acme.get(path)).json()
    assert after["ownerId"] == "bob"
    same = before.keys() - {"ownerId", "updatedAt"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (await acme.get(f"{path}/history")).json()["total"] == 1


async def test_stuck_is_a_filter_with_a_limit_for_each_stage(
    acme: Caller, alice: Caller, cell: Running, beside: Beside
) -> None:
    customer = await alice.customer()
    deals = {}
    for name, stage, days in [
        ("fresh", 1, 13.9),
        ("stuck", 1, 14.1),
        ("quoted", 3, 20.9),
        ("old quote", 3, 21.1),
        ("won", 5, 400),
        ("lost", 6, 400),
    ]:
        deals[name] = await alice.opportunity(customer, title=name, stage=stage)
        at_stage_for(cell, deals[name], days)
    await acme.opportunity(await acme.customer(), title="not hers")

    async def titles(caller: Caller, text: str) -> list[str]:
        return [row["title"] for row in await caller.rows("/opportunities", filter=text)]

    assert await titles(alice, "stuck = true") == ["old quote", "stuck"]
    assert await titles(alice, "not (stuck = false) and stage = 3") == ["old quote"]
    assert await titles(alice, "stuck = false") == ["lost", "won", "quoted", "fresh"]
    assert len(await titles(acme, "stuck = false")) == 5
    by_age = await alice.rows("/opportunities", sort="stageSince", fields="title")
    assert [row["title"] for row in by_age][2:] == ["old quote", "quoted", "stuck", "fresh"]
    assert faults(await alice.get("/opportunities", filter="stuck != true")) == {
        ("filter", "unknown_operator")
    }
    described = (await acme.get("/fields", resource="opportunity")).json()["data"][0]
    [stuck] = described["filters"]
    assert (stuck["name"], stuck["type"], stuck["operators"]) == ("stuck", "boolean", ["="])
    async with beside(stuck_days="2:1") as other:
        found = await Caller(other.client, "acme").rows("/opportunities", filter="stuck = true")
        assert found == []


async def test_a_stage_may_require_members(acme: Caller, cell: Running, beside: Beside) -> None:
    customer = await acme.customer()
    deal = await acme.opportunity(customer, amountCents=0)
    async with beside(
        stage_requires="6:lostReason,6:lostNote,5:amountCents,2:expectedCloseOn"
    ) as strict:
        caller = Caller(strict.client, "acme")
        path = f"/opportunities/{deal['opportunityId']}"
        async with nothing_changes(cell):
            refusal = await caller.patch(path, {"stage": 6})
            assert faults(refusal) == {("lostReason", "required"), ("lostNote", "required")}
            assert refusal.json()["message"] == "请填写输单原因，另有 1 处错误"
            assert faults(await caller.patch(path, {"status": 2})) == {("amountCents", "required")}
            created = await caller.post(
                "/opportunities",
                {"customerId": customer["customerId"], "title": "二期", "stage": 2},
            )
            assert faults(created) == {("expectedCloseOn", "required")}
        lost = {"stage": 6, "lostReason": "price", "lostNote": "贵了一成"}
        assert (await caller.patch(path, lost)).status_code == 200
        # Not to be emptied there; what has nothing to do with it changes freely.
        assert faults(await caller.patch(path, {"lostNote": None})) == {("lostNote", "required")}
        assert (await caller.patch(path, {"title": "年度采购（二）"})).status_code == 200
    # By default nothing is required.
    assert (await acme.patch(path, {"lostNote": None})).status_code == 200
