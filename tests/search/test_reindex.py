"""The search index is rebuilt beside the service, and nothing of erased people stays in it."""

import asyncio
from typing import Any

import pytest

from crm_cell.kernel.actor import Actor
from crm_cell.privacy.data_subject import DataSubject
from crm_cell.privacy.erasing import Eraser
from crm_cell.privacy.finding import find
from crm_cell.registry import make_services
from crm_cell.resources import rebuilding
from crm_cell.resources.rebuilding import Rebuilding
from crm_cell.resources.reindexing import Gaps, Reindexed, Reindexing
from crm_cell.settings import Settings
from tests.databases import SqliteFile
from tests.world import Beside, Caller, Running

SERVICES = make_services()


async def titles(caller: Caller, q: str) -> list[str]:
    groups = (await caller.get("/search", q=q)).json()["groups"]
    return [hit["title"] for group in groups for hit in group["hits"]]


def clear(cell: Running) -> None:
    if isinstance(cell.datastore, SqliteFile):
        cell.change("DELETE FROM search_terms")
    cell.change("DELETE FROM search_entries")


def reindexing(cell: Running) -> Reindexing:
    return Reindexing(cell.service.database, SERVICES)


async def test_what_has_no_entry_gets_one(acme: Caller, charlie: Caller, cell: Running) -> None:
    await acme.customer(name="云帆", contactPhone="13812341111")
    await charlie.customer(name="云帆")
    gone = await acme.customer(name="云帆二号")
    await acme.delete(f"/customers/{gone['customerId']}")
    clear(cell)
    assert await titles(acme, "云帆") == []
    assert await reindexing(cell).gaps() == [
        Gaps("acme", "customer", 1, 0),
        Gaps("globex", "customer", 1, 0),
    ]
    assert await reindexing(cell).run() == Reindexed(records=2, written=2, removed=0)
    assert await titles(acme, "yunfan") == ["云帆"]
    assert await titles(acme, "1111") == ["云帆"]
    assert await titles(charlie, "yf") == ["云帆"]
    assert await reindexing(cell).gaps() == []
    assert await reindexing(cell).run() == Reindexed(records=2, written=0, removed=0)
    assert await reindexing(cell).run(everything=True) == Reindexed(2, 2, 0)


async def test_an_upgrade_rebuilds_the_index_by_itself_from_where_it_was_interrupted(
    acme: Caller, charlie: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that nothing is known of is that of an earlier release, or of a transfer."""
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    monkeypatch.setattr(rebuilding, "_PAUSE_SECONDS", 0)
    names = [f"云帆{number}号" for number in range(5)]
    for name in names:
        await acme.customer(name=name)
    job = Rebuilding(cell.service.database, SERVICES)
    assert await job.run() == 0  # a new installation has nothing to rebuild
    await charlie.customer(name="云帆")
    clear(cell)
    await job.begin()  # says nothing: there are records
    failing = Rebuilding(cell.service.database, SERVICES)
    monkeypatch.setattr(failing, "_write", failing_after(3, failing._write))
    with pytest.raises(InterruptedError):
        await failing.run()
    assert len(await titles(acme, "yunfan")) == 4
    assert await titles(charlie, "yunfan") == []
    both = await asyncio.gather(job.run(), Rebuilding(cell.service.database, SERVICES).run())
    # What was left, by whichever process. One that looks for the other's progress in the moment in
    # which that ends writes the same once more.
    assert sum(both) >= 2
    assert sorted(await titles(acme, "yunfan")) == names
    assert await titles(charlie, "yunfan") == ["云帆"]
    assert await job.run() == 0
    kinds = cell.rows("SELECT DISTINCT kind FROM search_entries ORDER BY kind")
    assert [row[0] for row in kinds] == ["customer", "rebuild complete"]


async def test_a_rebuild_that_another_process_ends_leaves_no_notes_of_its_progress(
    acme: Caller, charlie: Caller, cell: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for caller in (acme, charlie):
        await caller.contact(await caller.customer(), name="云帆")
    clear(cell)
    job, other = (Rebuilding(cell.service.database, SERVICES) for _ in range(2))
    write, writes = job._write, iter(range(100))

    async def overtaken(tenant: str, unit: Any) -> Any:
        if next(writes) == 1:
            await other.run()
        return await write(tenant, unit)

    monkeypatch.setattr(job, "_write", overtaken)
    await job.run()
    kinds = cell.rows("SELECT DISTINCT kind FROM search_entries ORDER BY kind")
    assert [row[0] for row in kinds] == ["contact", "customer", "rebuild complete"]


def failing_after(many: int, write: Any) -> Any:
    done = 0

    async def failing(tenant: str, unit: Any) -> Any:
        nonlocal done
        done += 1
        if done >= many:
            raise InterruptedError
        return await write(tenant, unit)

    return failing


async def test_what_is_superfluous_is_removed(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(name="云帆")
    cell.change("UPDATE customers SET deleted_at = 1 WHERE id = ?", customer["customerId"])
    assert await reindexing(cell).gaps() == [Gaps("acme", "customer", 0, 1)]
    assert await reindexing(cell).run() == Reindexed(records=0, written=0, removed=1)
    assert await reindexing(cell).gaps() == []


async def test_contents_of_follow_ups_are_searched_where_that_is_set(
    acme: Caller, cell: Running, beside: Beside
) -> None:
    await acme.follow_up(content="电话沟通需求\n下周上门演示 Demo")
    assert await titles(acme, "上门演示") == []
    async with beside(search_texts=True) as other:
        # The service does it by itself, in the background; this waits for it.
        await Rebuilding(cell.service.database, make_services(search_texts=True)).run()
        caller = Caller(other.client, "acme")
        await caller.follow_up(content="带样品上门演示" + "，再谈价格" * 100)
        [group] = (await caller.get("/search", q="上门演示")).json()["groups"]
        assert group["type"] == "follow_up"
        assert [hit["score"] for hit in group["hits"]] == [20, 20]
        assert [hit["title"] for hit in group["hits"]] == [None, None]
        first, second = (hit["matched"][0] for hit in group["hits"])
        assert first["ranges"] == [[3, 7]]
        assert len(first["text"]) == 120
        assert second["text"][slice(*second["ranges"][0])] == "上门演示"
        assert len((await caller.get("/search", q="demo")).json()["groups"]) == 1


@pytest.fixture
def everything_in(cell: Running) -> Any:
    def read() -> bytes:
        datastore = cell.datastore
        if isinstance(datastore, SqliteFile):
            datastore.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            return datastore.path.read_bytes()
        return repr(datastore.rows("SELECT * FROM search_entries")).encode()

    return read


async def test_nothing_of_an_erased_person_is_left_in_the_index(
    acme: Caller, cell: Running, everything_in: Any
) -> None:
    await acme.customer(name="长风破浪")
    customer = await acme.customer(name="乘龙快婿", contactPhone="13812347766")
    term = [b"chenglong", "c乘龙".encode(), b"n7766"]
    before = everything_in()
    if isinstance(cell.datastore, SqliteFile):
        assert all(each in before for each in term[1:2])
    database, actor = cell.service.database, Actor("acme")
    subject = DataSubject(resource="customer", id=customer["customerId"])
    found = await find(database, SERVICES, "acme", subject)
    eraser = Eraser(database, SERVICES, actor, found)
    await database.overwrite_deleted()
    await eraser.run(await eraser.traces())
    rows = cell.rows("SELECT * FROM search_entries WHERE record_id = ?", customer["customerId"])
    assert rows == []
    if isinstance(cell.datastore, SqliteFile):
        blocks = cell.rows("SELECT block FROM search_terms_data")
        index = b"".join(bytes(row[0]) for row in blocks)
        assert "长风".encode() in index
        assert not any("乘龙".encode() in bytes(row[0]) for row in blocks)
        assert "快婿".encode() not in index
        assert b"7766" not in index
    assert await titles(acme, "长风") == ["长风破浪"]


async def test_an_entry_of_a_person_who_stays_has_no_name(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(name="乘龙快婿", contactPhone="13812347766")
    await acme.contract(customer)
    database = cell.service.database
    subject = DataSubject(resource="customer", id=customer["customerId"])
    found = await find(database, SERVICES, "acme", subject)
    eraser = Eraser(database, SERVICES, Actor("acme"), found)
    await eraser.run(await eraser.traces())
    assert await titles(acme, "乘龙") == []
    assert await titles(acme, "7766") == []
    assert await Reindexing(database, SERVICES).gaps() == []


async def test_settings_have_it_off(settings: Settings) -> None:
    assert settings.search_texts is False
