"""Following the changes feed, as somebody who keeps a copy does."""

import asyncio
from typing import Any

from crm_cell.registry import make_registry
from crm_cell.resources.views import camel
from tests.world import Caller, Json

_RESOURCES = {each.name: each for each in make_registry()}


async def start_of(caller: Caller) -> str:
    """Where the feed ends, when all that was committed before has a number."""
    await settled()
    answer = await caller.get("/changes/now")
    assert answer.status_code == 200, answer.text
    cursor: str = answer.json()["next"]
    return cursor


async def settled() -> None:
    """On a server numbers are given after the commit: within 200 ms of the newest one."""
    await asyncio.sleep(0.01)  # reads of one turn of the event loop share a snapshot
    while has_unnumbered():  # noqa: ASYNC110 - what is awaited is in the database
        await asyncio.sleep(0.01)


def has_unnumbered() -> bool:
    """Set for each test."""
    raise NotImplementedError


async def follow(caller: Caller, after: str, **query: Any) -> tuple[list[Json], list[Json]]:
    """All changes up to now, and the pages that they came in."""
    await settled()
    changes: list[Json] = []
    pages: list[Json] = []
    while not pages or not pages[-1]["caughtUp"]:
        answer = await caller.get("/changes", after=after, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["data"]) <= query.get("limit", 100)
        pages.append(page)
        changes += page["data"]
        after = page["next"]
    return changes, pages


class Copy:
    """Of all records that a caller reads, maintained by the feed alone."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.records: dict[tuple[str, str], Json] = {}

    @staticmethod
    async def of_lists(caller: Caller) -> dict[tuple[str, str], Json]:
        """The records of all lists, read one by one."""
        found = {}
        for name, resource in _RESOURCES.items():
            for row in await caller.rows(resource.path, pageSize=100):
                found[name, row[camel(resource.id_member)]] = row
        return found

    async def catch_up(self, caller: Caller) -> None:
        changes, pages = await follow(caller, self.cursor, include="data", limit=7)
        self.cursor = pages[-1]["next"]
        for change in changes:
            self.apply(change)

    def apply(self, change: Json) -> None:
        key = change["type"], change["id"]
        if "data" in change:
            self.records[key] = change["data"]
        elif change["op"] in ("deleted", "erased", "left"):
            self.records.pop(key, None)
