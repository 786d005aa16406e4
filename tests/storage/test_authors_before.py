"""Follow-ups of a release that did not keep their author get it from the audit trail."""

from tests.storage.earlier import go_back, migrate_again
from tests.world import Caller, Running


async def test_a_migration_names_the_author_that_the_trail_names(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running
) -> None:
    written = [await caller.follow_up() for caller in (alice, acme, charlie)]
    await acme.patch(f"/follow-ups/{written[0]['followUpId']}", {"content": "改过"})
    go_back(cell, "0011")
    await migrate_again(cell)
    assert await acme.rows("/follow-ups") == [
        written[1],
        (await acme.get(f"/follow-ups/{written[0]['followUpId']}")).json(),
    ]
    assert [row["createdBy"] for row in await acme.rows("/follow-ups")] == [None, "alice"]
    assert await charlie.rows("/follow-ups") == [written[2]]


async def test_one_whose_entry_is_gone_has_no_author(alice: Caller, cell: Running) -> None:
    written = await alice.follow_up()
    cell.change("DELETE FROM audit_logs")
    go_back(cell, "0011")
    await migrate_again(cell)
    assert await alice.rows("/follow-ups") == [written | {"createdBy": None}]
