"""Several processes remind, and one of them is killed in the middle: nobody is reminded twice, and
no reminder is lost."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import PostgresDatastore
from tests.processes import Process, serving

# So that a process is killed while it has taken a reminder and not committed.
SLOW_COMMIT = (
    "CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " PERFORM pg_sleep(0.02); RETURN NULL; END $$"
)
AFTER_NOTIFICATIONS = (
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON notifications DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION wait_a_while()"
)
TASKS = 60
KILLED_AFTER = 10
PATIENCE_SECONDS = 60


@pytest.fixture
def slow_commits(postgres_template: PostgresDatastore) -> Iterator[PostgresDatastore]:
    copy = postgres_template.copy()
    for statement in (SLOW_COMMIT, AFTER_NOTIFICATIONS):
        copy.rows(statement)
    yield copy
    copy.close()


async def plan(service: Process) -> set[str]:
    """Tasks of two tenants, all of which will remind. Their ids."""
    made = set()
    async with service.client() as client:
        for number in range(TASKS):
            answer = await client.post(
                "/tasks",
                json={"title": f"Call {number}", "remindAt": "2035-01-15T08:00:00Z"},
                headers={
                    "X-Request-ID": f"plan-{number}",
                    "X-Tenant-Id": ("acme", "globex")[number % 2],
                    "X-User-Id": "bob",
                },
            )
            assert answer.status_code == 201, answer.text
            made.add(answer.json()["taskId"])
    return made


def told(datastore: PostgresDatastore) -> list[str]:
    return [row[0] for row in datastore.rows("SELECT record_id FROM notifications")]


async def told_of(datastore: PostgresDatastore, many: int) -> list[str]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(found := told(datastore)) < many:  # noqa: ASYNC110 - others write it
            await asyncio.sleep(0.02)
    return found


async def test_each_reminder_comes_once_though_a_process_is_killed(
    tmp_path: Path, slow_commits: PostgresDatastore
) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    url = {"CRM_DATABASE_URL": slow_commits.url}
    with (
        serving(folders[0], **url) as first,
        serving(folders[1], **url) as second,
    ):
        made = await plan(second)
        for table in ("tasks", "task_reminders"):  # the time has come
            slow_commits.rows(f"UPDATE {table} SET remind_at = 1000")
        await told_of(slow_commits, KILLED_AFTER)
        first.kill()
        assert len(told(slow_commits)) < TASKS
        found = await told_of(slow_commits, TASKS)
        assert sorted(found) == sorted(made)
        assert slow_commits.rows("SELECT * FROM task_reminders") == []
        async with second.client(**{"X-User-Id": "bob"}) as client:
            await every_one_is_read(client)
        assert second.stop() == 0
    assert len(told(slow_commits)) == TASKS


async def every_one_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.get("/notifications", params={"pageSize": 100})
    titles = [each["title"] for each in answer.json()["data"]]
    assert sorted(titles) == sorted(f"Call {number}" for number in range(0, TASKS, 2))
