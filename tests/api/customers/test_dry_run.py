"""A dry run of an import is on record, and a narrowed user has only so many rows tested a day.

2 000 names a request could be tested without a trace: which names colleagues' customers have.
"""

import asyncio
from itertools import count

import pytest

from crm_cell.settings import Settings
from tests.world import THE_TRAIL, Caller, Json, Running, audit, nothing_changes, refused

PATH = "/customers/import"
_numbers = count()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"dry_run_rows_per_day": 5})


def rows(many: int) -> Json:
    return {"items": [{"name": f"Name {next(_numbers)}"} for _ in range(many)]}


async def tries(caller: Caller, many: int) -> int:
    return (await caller.post(PATH, rows(many), dryRun="true")).status_code


async def test_it_is_on_record_with_how_many_names_were_taken(
    alice: Caller, acme: Caller, cell: Running
) -> None:
    await acme.customer(name="Taken")
    items = {"items": [{"name": "Taken"}, {"name": "Free"}, {"name": ""}]}
    answer = await alice.post(PATH, items, key="tested-1", dryRun="true")
    assert (answer.json()["created"], answer.json()["errors"]) == (1, 2)
    entry = audit(cell)[-1]
    assert (entry["actor"], entry["action"], entry["resourceType"]) == (
        "alice",
        "tested",
        "customer",
    )
    assert (entry["changes"], entry["requestId"]) == ({"rows": 3, "taken": 1}, "tested-1")


async def test_the_entry_is_read_as_a_sentence(alice: Caller, acme: Caller) -> None:
    await alice.post(PATH, rows(2), dryRun="true")
    [entry] = await acme.rows("/audit-logs", action="tested")
    assert entry["resourceId"] == entry["auditLogId"]
    assert entry["summary"] == "alice 试导入了客户：2 行，其中 0 行重名"
    answer = await acme.get("/audit-logs", headers={"Accept-Language": "en"})
    assert answer.json()["data"][0]["summary"] == (
        "alice tested an import of customers: 2 rows, 0 of them with a taken name"
    )


async def test_a_narrowed_user_has_so_many_rows_a_day(
    alice: Caller, bob: Caller, cell: Running
) -> None:
    assert [await tries(alice, many) for many in (3, 2)] == [200, 200]
    async with nothing_changes(cell):
        answer = await alice.post(PATH, rows(1), dryRun="true")
    told = refused(answer, 429, "RATE_LIMIT")
    assert told["message"] == "今日试导入的行数已用完"
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert await tries(bob, 5) == 200
    assert (await alice.post(PATH, rows(9))).json()["created"] == 9


async def test_what_is_more_than_is_left_is_refused_whole(alice: Caller) -> None:
    assert [await tries(alice, many) for many in (6, 3, 3, 2)] == [429, 200, 429, 200]


async def test_the_next_day_it_begins_anew(alice: Caller, cell: Running) -> None:
    assert await tries(alice, 5) == 200
    cell.change("UPDATE dry_run_counts SET day = day - 1")
    assert [await tries(alice, many) for many in (4, 2)] == [200, 429]
    assert cell.rows("SELECT count FROM dry_run_counts") == [(4,)]


async def test_at_once_they_are_counted_one_by_one(alice: Caller) -> None:
    codes = await asyncio.gather(*(tries(alice, 2) for _ in range(6)))
    assert sorted(codes) == [200, 200, 429, 429, 429, 429]


async def test_who_sees_the_whole_tenant_is_on_record_and_not_bounded(
    acme: Caller, cell: Running
) -> None:
    async with nothing_changes(cell, but=THE_TRAIL):
        assert [await tries(acme, 6) for _ in range(2)] == [200, 200]
    assert [entry["changes"] for entry in audit(cell)] == [{"rows": 6, "taken": 0}] * 2
