"""A merge is undone by its journal; what has changed since stays."""

from functools import partial

from crm_cell.merges.purging import purge_old
from crm_cell.recycle_bin.purging import purge_old as empty_bin
from tests.api.merges.test_merge import PATHS, counters_are_right, everything, family, kept, merge
from tests.world import Caller, Json, Running, audit, nothing_changes, refused

DAY_MS = 86_400_000


async def undo(caller: Caller, merged: Json) -> Json:
    answer = await caller.post(f"/merges/{merged['mergeId']}/undo")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_what_was_merged_comes_back_with_what_was_its(acme: Caller, cell: Running) -> None:
    first = await family(acme, ownerId="bob", remark="甲")
    second = await family(acme, ownerId="alice", contactPhone="13812341111")
    third = await acme.customer(contactEmail="third@example.com")
    customers = [first, second, third]
    shown = [(await acme.get(f"/customers/{each['customerId']}")).json() for each in customers]
    before = await everything(acme)
    choose = dict.fromkeys(("name", "contactPhone", "ownerId"), second["customerId"])
    merged = await merge(acme, first, second, third, choose=choose)
    path = f"/merges/{merged['mergeId']}"
    listed = (await acme.get(path)).json()
    assert listed == {
        name: merged[name] for name in merged if name not in ("dryRun", "changes", "customer")
    }
    assert await acme.rows("/merges", customerId=first["customerId"]) == [listed]
    assert await acme.rows("/merges", customerId=third["customerId"]) == []

    undone = await undo(acme, merged)
    assert undone["undoneAt"] is not None
    now = [(await acme.get(f"/customers/{each['customerId']}")).json() for each in customers]
    ignored = {"updatedAt"}
    for then, found in zip(shown, now, strict=True):
        assert {n: found[n] for n in found if n not in ignored} == {
            n: then[n] for n in then if n not in ignored
        }
    after = await everything(acme)
    assert kept(after) == kept(before)
    for kind in (*PATHS, "/payments"):
        for was, found in zip(before[kind], after[kind], strict=True):
            same = ("customerId", "ownerId", "isPrimary")
            assert [was.get(name) for name in same] == [found.get(name) for name in same], kind
    external = await acme.rows(f"/customers/{second['customerId']}/external-ids")
    assert len(external) == 1
    assert [each["action"] for each in audit(cell)][-2:] == ["merged", "unmerged"]
    await counters_are_right(cell)
    refused(await acme.post(f"{path}/undo"), 409, "CONFLICT")
    await undo(acme, await merge(acme, first, second))


async def test_what_has_changed_since_stays(acme: Caller, cell: Running) -> None:
    first = await acme.customer(remark="甲")
    second = await family(acme, remark="乙", contactPhone="13812341111")
    other = await acme.customer()
    choose = {"remark": second["customerId"]}
    merged = await merge(acme, first, second, choose=choose)
    path = f"/customers/{first['customerId']}"
    await acme.patch(path, {"remark": "丙"})
    [_, moved] = await acme.rows("/follow-ups")
    body = {"customerId": other["customerId"], "opportunityId": None, "contactId": None}
    assert (await acme.patch(f"/follow-ups/{moved['followUpId']}", body)).status_code == 200
    new = await acme.contact(first, name="新")
    [task] = await acme.rows("/tasks")
    await acme.delete(f"/tasks/{task['taskId']}")
    await undo(acme, merged)
    shown = (await acme.get(path)).json()
    assert (shown["remark"], shown["contactPhone"]) == ("丙", None)
    moved = (await acme.get(f"/follow-ups/{moved['followUpId']}")).json()
    assert moved["customerId"] == other["customerId"]
    assert (await acme.get(f"/contacts/{new['contactId']}")).json()["customerId"] == (
        first["customerId"]
    )
    restored = (await acme.post(f"/tasks/{task['taskId']}/restore")).json()
    assert restored["customerId"] == second["customerId"]
    await counters_are_right(cell)


async def test_refusals_change_nothing(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller, cell: Running
) -> None:
    first, second, last = await alice.customer(), await alice.customer(), await alice.customer()
    his = await bob.customer()
    merged = await merge(alice, first, second)
    mixed = await merge(acme, last, his)
    path = f"/merges/{merged['mergeId']}"
    async with nothing_changes(cell):
        for stranger in (bob, charlie):
            refused(await stranger.get(path), 404, "NOT_FOUND")
            refused(await stranger.post(f"{path}/undo"), 404, "NOT_FOUND")
            assert await stranger.rows("/merges") == []
        refused(await alice.post(f"/merges/{mixed['mergeId']}/undo"), 403, "FORBIDDEN")
        assert [each["mergeId"] for each in await alice.rows("/merges", pageSize=1)] == [
            mixed["mergeId"]
        ]
    again = await merge(alice, last, first)
    told = refused(await alice.post(f"{path}/undo"), 410, "MERGED")
    assert told["mergedInto"] == last["customerId"]
    await undo(alice, again)
    taken = await acme.customer(name=second["name"])
    refused(await alice.post(f"{path}/undo"), 409, "DUPLICATE_NAME")
    await acme.delete(f"/customers/{taken['customerId']}")
    await alice.delete(f"/customers/{first['customerId']}")
    refused(await alice.post(f"{path}/undo"), 409, "CONFLICT")
    await alice.post(f"/customers/{first['customerId']}/restore")
    cell.change(f"UPDATE merges SET created_at = created_at - {31 * DAY_MS}")
    told = refused(await alice.post(f"{path}/undo"), 409, "CONFLICT")
    assert told["message"] == "合并已超过 30 天，不能撤销"


async def test_the_journal_is_purged_and_the_old_id_still_leads_on(
    acme: Caller, cell: Running
) -> None:
    """What was merged stays for thirty days, even where the recycle bin is emptied before."""
    first, second = await acme.customer(contactPhone="13812341111"), await family(acme)
    await acme.customer()
    merged = await merge(acme, first, second, choose={"name": second["customerId"]})
    empty = partial(empty_bin, cell.service.database, cell.service.services, 7)
    cell.change(f"UPDATE customers SET deleted_at = deleted_at - {8 * DAY_MS} WHERE deleted_at > 0")
    assert (await purge_old(cell.service.database), await empty()) == (0, 0)
    for table, column in (("merges", "created_at"), ("merged_customers", "merged_at")):
        cell.change(f"UPDATE {table} SET {column} = {column} - {31 * DAY_MS}")
    assert (await purge_old(cell.service.database), await empty()) == (1, 1)
    assert await purge_old(cell.service.database) == 0
    assert cell.rows("SELECT * FROM merge_items") == []
    [row] = cell.rows("SELECT taken, contact_phone, contact_phone_key FROM merges")
    assert tuple(row) == (None, None, None)
    told = refused(await acme.get(f"/customers/{second['customerId']}"), 410, "MERGED")
    assert told["mergedInto"] == first["customerId"]
    [shown] = await acme.rows("/merges")
    assert shown["merged"] == [{"customerId": second["customerId"], "name": None}]
    refused(await acme.post(f"/merges/{merged['mergeId']}/undo"), 409, "CONFLICT")


async def test_collaborators_join_those_of_the_survivor_and_go_again(
    acme: Caller, bob: Caller, cell: Running
) -> None:
    for user in ("alice", "bob", "dora", "finn"):
        assert (await acme.put(f"/users/{user}", {"name": user})).is_success
    first, second = await acme.customer(ownerId="alice"), await acme.customer(ownerId="finn")
    contact = await acme.contact(first)
    roles = {"bob": "write", "alice": "read", "dora": "read"}
    for user, role in roles.items():
        path = f"/customers/{second['customerId']}/members/{user}"
        assert (await acme.put(path, {"role": role})).is_success
    path = f"/customers/{first['customerId']}/members"
    await acme.put(f"{path}/dora", {"role": "write"})
    async with nothing_changes(cell):
        body = {"fromIds": [first["customerId"]]}
        refused(await bob.post(f"/customers/{second['customerId']}/merge", body), 403, "FORBIDDEN")
    merged = await merge(acme, first, second)
    found = {each["userId"]: each["role"] for each in await acme.rows(path)}
    assert found == {"bob": "write", "dora": "write"}
    assert (await bob.get(f"/contacts/{contact['contactId']}")).status_code == 200
    refused(await acme.get(f"/customers/{second['customerId']}/members"), 410, "MERGED")
    await undo(acme, merged)
    assert [each["userId"] for each in await acme.rows(path)] == ["dora"]
    refused(await bob.get(f"/contacts/{contact['contactId']}"), 404, "NOT_FOUND")
    rows = await acme.rows(f"/customers/{second['customerId']}/members")
    assert {each["userId"]: each["role"] for each in rows} == roles


async def test_what_was_created_since_goes_back_with_what_it_refers_to(
    acme: Caller, cell: Running
) -> None:
    first = await acme.customer(ownerId="bob")
    second = await acme.customer(ownerId="alice")
    deal = await acme.opportunity(second)
    merged = await merge(acme, first, second)
    of = {"opportunityId": deal["opportunityId"]}
    own = await acme.follow_up(customerId=first["customerId"])
    note = await acme.follow_up(**of)
    deleted = await acme.follow_up(**of)
    await acme.delete(f"/follow-ups/{deleted['followUpId']}")
    contract = await acme.contract(first, **of)
    await acme.payment(contract)
    body = {"title": "回电", "followUpId": note["followUpId"], "customerId": first["customerId"]}
    task = (await acme.post("/tasks", body)).json()
    await undo(acme, merged)
    for path, back in [
        (f"/follow-ups/{own['followUpId']}", first),
        (f"/follow-ups/{note['followUpId']}", second),
        (f"/contracts/{contract['contractId']}", second),
        (f"/tasks/{task['taskId']}", second),
    ]:
        shown = (await acme.get(path)).json()
        assert shown["customerId"] == back["customerId"], path
    restored = await acme.post(f"/follow-ups/{deleted['followUpId']}/restore")
    assert restored.json()["customerId"] == second["customerId"]
    figures = (await acme.get(f"/customers/{first['customerId']}")).json()
    assert (figures["openOpportunityCount"], figures["outstandingCents"]) == (None, None)
    await counters_are_right(cell)


async def test_batches_and_bulk_changes_name_a_merged_customer(acme: Caller) -> None:
    first, second = await acme.customer(), await acme.customer()
    await merge(acme, first, second)
    gone = second["customerId"]
    for mode in ("update", "delete"):
        items = [{"customerId": gone, **({"remark": "x"} if mode == "update" else {})}]
        answer = await acme.post("/customers/batch", {"mode": mode, "match": "id", "items": items})
        [result] = answer.json()["results"]
        assert (result["status"], result["code"]) == (410, "MERGED"), mode
    for change in ({"action": "delete"}, {"set": {"remark": "x"}}):
        answer = await acme.post("/customers/bulk", {"ids": [gone], **change})
        [failure] = answer.json()["failures"]
        assert (failure["status"], failure["code"]) == (410, "MERGED"), change
