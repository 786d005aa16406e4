"""A replayed import shows many customers; its caller's right to each is checked again.

An import's answer used to be given again whole, to somebody whose customers had meanwhile been
handed to a colleague.
"""

from tests.world import Caller, Running, nothing_changes, refused

ITEMS = {"items": [{"name": "杭州云图"}, {"name": "北京远山"}]}


async def test_its_owner_gets_the_report_again(alice: Caller) -> None:
    first = await alice.post("/customers/import", ITEMS, key="import-1")
    again = await alice.post("/customers/import", ITEMS, key="import-1")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content


async def test_who_has_lost_one_of_them_does_not(
    acme: Caller, alice: Caller, cell: Running
) -> None:
    report = (await alice.post("/customers/import", ITEMS, key="import-1")).json()
    lost = report["details"][1]["customerId"]
    assert (await acme.patch(f"/customers/{lost}", {"ownerId": "bob"})).status_code == 200
    async with nothing_changes(cell):
        again = await alice.post("/customers/import", ITEMS, key="import-1")
    refused(again, 404, "NOT_FOUND")
