"""Follow-ups of a release that did not keep their author get it from the audit trail."""

from tests.storage.earlier import upgrade_from
from tests.world import Beside, Caller, Running


async def test_a_migration_names_the_author_that_the_trail_names(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running, beside: Beside
) -> None:
    written = [await caller.follow_up() for caller in (alice, acme, charlie)]
    path = f"/follow-ups/{written[0]['followUpId']}"
    changed = (await acme.patch(path, {"content": "改过"})).json()
    await upgrade_from(cell, "0011")
    async with beside() as later:
        acme, charlie = Caller(later.client, "acme"), Caller(later.client, "globex")
        rows = await acme.rows("/follow-ups")
        assert rows == [written[1], changed]
        assert [row["createdBy"] for row in rows] == [None, "alice"]
        assert await charlie.rows("/follow-ups") == [written[2]]


async def test_one_whose_entry_is_gone_has_no_author(
    alice: Caller, cell: Running, beside: Beside
) -> None:
    written = await alice.follow_up()
    cell.change("DELETE FROM audit_logs")
    await upgrade_from(cell, "0011")
    async with beside() as later:
        alice = Caller(later.client, "acme", "alice")
        assert await alice.rows("/follow-ups") == [written | {"createdBy": None}]
