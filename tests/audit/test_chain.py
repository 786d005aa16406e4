"""Whatever is done to the trail without the key is found."""

import asyncio

import pytest
from structlog.testing import capture_logs

from crm_cell.audit import chain, service
from crm_cell.audit.retention import forget_old
from crm_cell.audit.store import Head
from crm_cell.audit.verifying import Verdict
from crm_cell.customers import service as customers
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import NotFound
from crm_cell.secrets.sources import KeyRefused
from crm_cell.storage import postgres_session
from crm_cell.storage.engine import EVERY_TENANT, Tx
from tests.audit.conftest import KEY, NEW_KEY, faults, verdict
from tests.world import Beside, Caller, Running

NOT_AS_WRITTEN = "the entry, or what came before it, is not as it was written"
CUT_OFF = "the chain does not end where its head says"
HEAD_CHANGED = "the head of the chain is not as it was written, or is under another key"
NO_HEAD = "the chain of this entry has no head"
IN_NO_CHAIN = "the entry is in no chain, and came when there was one"
OPEN = (b"",)


@pytest.fixture
async def trail(cell: Running, acme: Caller) -> list[str]:
    """The ids of five entries, one lane, the oldest first."""
    for _ in range(5):
        await acme.customer()
    assert await faults(cell) == []
    rows = cell.rows("SELECT id, lane FROM audit_logs ORDER BY id")
    assert len({lane for _, lane in rows}) == 1
    return [row[0] for row in rows]


async def test_entries_are_chained_in_the_order_of_the_deeds(
    cell: Running, trail: list[str]
) -> None:
    assert await verdict(cell) == Verdict("acme", 5, 0, 0, 0, [], [])
    [(last, moved)] = cell.rows("SELECT last_id, cut_id FROM audit_heads")
    assert (last, moved) == (trail[-1], "")


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'mallory'",
        "action = 'deleted'",
        "resource_type = 'contact'",
        "resource_id = 'another'",
        "resource_name = 'Another'",
        "changes = '{}'",
        "request_id = 'another'",
        "trace_id = 'another'",
        "created_at = created_at + 1",
    ],
)
async def test_a_changed_entry_is_found(cell: Running, trail: list[str], change: str) -> None:
    cell.change(f"UPDATE audit_logs SET {change} WHERE id = ?", trail[2])
    assert [each.entry_id for each in (await verdict(cell)).faults] == [trail[2]]


async def test_contents_that_were_wiped_by_hand_are_found(cell: Running, trail: list[str]) -> None:
    cell.change("UPDATE audit_logs SET changes = '{}', wiped = link WHERE id = ?", trail[2])
    assert [each.entry_id for each in (await verdict(cell)).faults] == [trail[2]]


@pytest.mark.parametrize(("place", "found"), [(0, 1), (2, 3), (3, 4)])
async def test_a_removed_entry_is_found_at_the_next(
    cell: Running, trail: list[str], place: int, found: int
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[place])
    [fault] = (await verdict(cell)).faults
    assert (fault.entry_id, fault.what) == (trail[found], NOT_AS_WRITTEN)


@pytest.mark.parametrize("kept", [0, 3, 4])
async def test_a_tail_that_was_cut_off_is_found(cell: Running, trail: list[str], kept: int) -> None:
    for identifier in trail[kept:]:
        cell.change("DELETE FROM audit_logs WHERE id = ?", identifier)
    assert await faults(cell) == [CUT_OFF]


async def test_a_head_that_was_put_back_is_found(cell: Running, trail: list[str]) -> None:
    """It would have to be sealed, for which it takes the key."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    assert await faults(cell) == [HEAD_CHANGED]


async def test_a_beginning_that_was_cut_off_by_hand_is_found(
    cell: Running, trail: list[str]
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[0])
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_entries_that_changed_places_are_found(cell: Running, trail: list[str]) -> None:
    for before, after in ((trail[1], "x"), (trail[2], trail[1]), ("x", trail[2])):
        cell.change("UPDATE audit_logs SET id = ? WHERE id = ?", after, before)
    assert NOT_AS_WRITTEN in await faults(cell)


async def test_an_entry_that_was_put_in_is_found(cell: Running, trail: list[str]) -> None:
    columns = (
        "actor, action, resource_type, resource_id, resource_name, changes, request_id, trace_id,"
        " created_at, lane, link"
    )
    put_in = f"{trail[2][:-1]}{'0' if trail[2][-1] != '0' else '1'}"
    cell.change(
        f"INSERT INTO audit_logs (tenant_id, id, {columns})"
        f" SELECT tenant_id, ?, {columns} FROM audit_logs WHERE id = ?",
        put_in,
        trail[2],
    )
    assert NOT_AS_WRITTEN in await faults(cell)


async def test_an_entry_taken_out_of_its_chain_is_found(cell: Running, trail: list[str]) -> None:
    cell.change("UPDATE audit_logs SET lane = NULL, link = NULL WHERE id = ?", trail[2])
    assert await faults(cell) == [IN_NO_CHAIN, NOT_AS_WRITTEN]


async def test_a_chain_without_its_head_is_found(cell: Running, trail: list[str]) -> None:
    cell.change("DELETE FROM audit_heads")
    assert await faults(cell) == [NO_HEAD]


async def test_an_entry_of_another_tenant_does_not_fit(
    cell: Running, trail: list[str], charlie: Caller
) -> None:
    await charlie.customer()
    cell.change("UPDATE audit_logs SET tenant_id = 'globex' WHERE id = ?", trail[4])
    assert await faults(cell) == [CUT_OFF]
    others = await verdict(cell, tenant="globex")
    assert [fault.what for fault in others.faults] == [NOT_AS_WRITTEN] * 2


async def test_writers_side_by_side_all_find_their_place(cell: Running, acme: Caller) -> None:
    await asyncio.gather(*(acme.customer() for _ in range(30)))
    found = await verdict(cell)
    assert (found.entries, found.faults) == (30, [])


async def test_sessions_that_share_a_lane_take_turns(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler, where no session is sure of a lane of its own."""

    async def always_the_first(*_: object) -> int:
        return 0

    monkeypatch.setattr(postgres_session, "_stripe_for", always_the_first)
    async with beside() as cell:
        acme = Caller(cell.client, "acme")
        await asyncio.gather(*(acme.customer() for _ in range(15)))
        found = await verdict(cell)
    assert (found.entries, found.faults) == (15, [])
    assert cell.rows("SELECT lane FROM audit_heads") == [(0,)]


async def test_what_is_rolled_back_leaves_no_link(cell: Running, acme: Caller) -> None:
    """On SQLite all that share a commit run again when one fails after it has written."""

    async def fail(tx: Tx) -> None:
        await customers.create(tx, Actor("acme"), name="Gone", contact_phone=None)
        raise NotFound

    writes = [acme.customer() for _ in range(10)]
    failing = [cell.service.database.write("fail", "acme", fail) for _ in range(3)]
    done = await asyncio.gather(*writes[:5], *failing, *writes[5:], return_exceptions=True)
    assert sum(isinstance(each, NotFound) for each in done) == 3
    found = await verdict(cell)
    assert (found.entries, found.faults) == (10, [])


async def test_a_replay_adds_no_link(cell: Running, acme: Caller) -> None:
    for _ in range(2):
        await acme.post("/customers", {"name": "Once"}, key="same")
    found = await verdict(cell)
    assert (found.entries, found.faults) == (1, [])


async def test_a_clock_that_goes_back_breaks_no_chain(cell: Running, acme: Caller) -> None:
    """Nor does the clock of another host, or made-up data of last year."""

    async def create(tx: Tx) -> None:
        await customers.create(tx, Actor("acme"), name="Earlier")

    await acme.customer()
    await cell.service.database.write("earlier", "acme", create, now=1_700_000_000_000)
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.faults) == (3, [])
    rows = cell.rows("SELECT created_at FROM audit_logs ORDER BY id")
    if cell.datastore.url.startswith("sqlite"):  # with sessions of their own, the order is another
        assert rows[1] == (1_700_000_000_000,)


async def test_a_chain_goes_on_after_a_restart(cell: Running, acme: Caller, beside: Beside) -> None:
    await acme.customer()
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.faults) == (3, [])


# Keys


async def test_another_key_fits_nothing(cell: Running, trail: list[str]) -> None:
    found = await faults(cell, (bytes.fromhex(NEW_KEY),))
    assert found == [HEAD_CHANGED, *[NOT_AS_WRITTEN] * 5]


async def test_a_key_can_be_changed(cell: Running, trail: list[str], beside: Beside) -> None:
    async with beside(audit_key=NEW_KEY, audit_old_keys=KEY) as other:
        await Caller(other.client, "acme").customer()
        both = (bytes.fromhex(NEW_KEY), bytes.fromhex(KEY))
        found = await verdict(other, both)
    assert (found.entries, found.faults) == (6, [])


async def test_what_was_written_without_a_key_is_told_apart(beside: Beside) -> None:
    async with beside(audit_key=None) as cell:
        await Caller(cell.client, "acme").customer()
        assert await verdict(cell, OPEN) == Verdict("acme", 1, 0, 0, 1, [], [])
    async with beside() as cell:
        assert (await verdict(cell)).unsealed != []
        await Caller(cell.client, "acme").customer()
        found = await verdict(cell)
    assert (found.entries, found.unkeyed, found.faults) == (2, 1, [])


async def test_a_chain_made_anew_without_the_key_is_found(
    cell: Running, trail: list[str], beside: Beside
) -> None:
    """Somebody who has the database, and this program, but not the key."""
    cell.change("DELETE FROM audit_logs")
    cell.change("DELETE FROM audit_heads")
    async with beside(audit_key=None) as other:
        await Caller(other.client, "acme").customer()
    found = await verdict(cell)
    assert (found.faults, found.unsealed) == ([], found.unsealed)
    assert len(found.unsealed) == 1


@pytest.mark.parametrize("key", [None, NEW_KEY])
async def test_nobody_writes_under_another_key_or_none(
    cell: Running, trail: list[str], beside: Beside, key: str | None
) -> None:
    with pytest.raises(KeyRefused, match="CRM_AUDIT_KEY: the audit trail is under another key"):
        async with beside(audit_key=key):
            pass


async def test_one_broken_head_keeps_no_service_from_starting(
    cell: Running, trail: list[str], charlie: Caller, beside: Beside
) -> None:
    await charlie.customer()
    cell.change(
        "UPDATE audit_heads SET last_id = 'another', last_link = seal WHERE tenant_id = 'acme'"
    )
    async with beside() as other:
        await Caller(other.client, "acme").customer()
    assert HEAD_CHANGED in await faults(cell)


async def test_nor_its_requests_from_going_on(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    cell.change("UPDATE audit_heads SET last_id = 'nonsense', seal = last_link")
    for _ in range(2):
        await acme.customer()
    assert HEAD_CHANGED in await faults(cell)


async def test_who_remembers_the_head_links_to_what_was_there(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    """The newest entry cut off, and the head put back by hand."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    await acme.customer()
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_a_write_does_not_make_a_forged_head_good(
    cell: Running, trail: list[str], beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has seen nothing of the one before goes on from it, and does not seal it."""
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    [(lane,)] = cell.rows("SELECT lane FROM audit_heads")

    async def the_same(*_: object) -> int:
        return int(lane)

    monkeypatch.setattr(postgres_session, "_stripe_for", the_same)
    with capture_logs() as logged:
        for number in (5, 6):
            async with beside() as other:
                await Caller(other.client, "acme").customer()
                found = await verdict(other)
            assert [fault.what for fault in found.faults] == [HEAD_CHANGED]
            of_lanes = cell.rows("SELECT lane, count(*) FROM audit_logs GROUP BY lane")
            assert of_lanes == [(lane, number)]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "audit_head_broken"
    ]


async def test_nor_one_that_was_sealed_without_the_key(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    [(lane, link)] = cell.rows("SELECT lane, last_link FROM audit_heads")
    head = chain.sealed(b"", Head("acme", lane, trail[3], bytes(link)))
    cell.change("UPDATE audit_heads SET seal = ?", head.seal)
    for _ in range(2):
        await acme.customer()
        found = await verdict(cell)
        assert (found.unsealed, found.faults) == ([lane], [])


async def test_nor_does_retention(cell: Running, trail: list[str]) -> None:
    cell.change("DELETE FROM audit_logs WHERE id = ?", trail[4])
    put_back(cell, trail[3])
    assert await forget_old(cell.service.database, -1) == 4
    assert await faults(cell) == [HEAD_CHANGED]


def put_back(cell: Running, identifier: str) -> None:
    cell.change(
        "UPDATE audit_heads SET last_id = ?,"
        " last_link = (SELECT link FROM audit_logs WHERE id = ?)",
        identifier,
        identifier,
    )


async def test_entries_from_before_the_chain_are_told_apart(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    cell.change("UPDATE audit_logs SET lane = NULL, link = NULL")
    cell.change("DELETE FROM audit_heads")
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.unchained, found.faults) == (6, 5, [])


# Wiping


async def test_what_entries_say_can_be_wiped_and_the_chain_holds(
    cell: Running, trail: list[str], acme: Caller
) -> None:
    assert await wipe(cell, trail[:1] + trail[3:]) == 3
    assert await wipe(cell, trail[:1]) == 0
    await acme.customer()
    found = await verdict(cell)
    assert (found.entries, found.wiped, found.faults) == (6, 3, [])
    said = {entry["auditLogId"]: entry for entry in await acme.rows("/audit-logs")}
    assert [said[each]["changes"] != {} for each in trail] == [False, True, True, False, False]
    assert [said[each]["actor"] for each in trail] == [None] * 5


async def test_what_was_wiped_is_held_to_its_key(
    cell: Running, trail: list[str], beside: Beside
) -> None:
    async with beside(audit_key=NEW_KEY, audit_old_keys=KEY) as other:
        await wipe(other, trail[1:2])
    found = await verdict(cell)
    assert (found.wiped, found.faults) == (1, [])
    cell.change("UPDATE audit_logs SET actor = 'mallory' WHERE id = ?", trail[1])
    assert await faults(cell) == [NOT_AS_WRITTEN]


async def test_what_was_chained_without_a_key_is_wiped_under_one(
    cell: Running, beside: Beside
) -> None:
    """Its hash is found among those of a time without a key: the chain holds."""
    async with beside(audit_key=None) as keyless:
        for _ in range(2):
            await Caller(keyless.client, "acme").customer()
    [(first,), _] = cell.rows("SELECT id FROM audit_logs ORDER BY id")
    assert await wipe(cell, [first]) == 1
    found = await verdict(cell)
    assert (found.wiped, found.unkeyed, found.faults) == (1, 2, [])


async def wipe(cell: Running, ids: list[str]) -> int:
    return await cell.service.database.write(
        "wipe", EVERY_TENANT, lambda tx: service.wipe(tx, "acme", ids)
    )
