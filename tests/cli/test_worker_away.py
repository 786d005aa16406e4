"""One worker of a cluster is away: what needs all of them waits, and nothing else does.

Citus is stood in for by its catalog, and by policies that fail for upkeep, which alone reads the
rows of every tenant, as Citus does when it cannot reach a worker.
"""

import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from crm_cell.app import Cell
from crm_cell.encryption.key_source import InvalidKey
from crm_cell.settings import Settings
from crm_cell.storage.citus import across_tenants
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.cli.conftest import Terminal
from tests.databases import PostgresDatastore
from tests.processes import serving
from tests.world import Caller, refused

KEY = "33" * 32
ASKED = ("tenant_keys", "audit_heads", "customers", "counters")
AWAY = "connection to the remote node w2:5432 failed"
WORKERS = """
CREATE TABLE pg_dist_partition (logicalrelid regclass);
GRANT SELECT ON pg_dist_partition TO PUBLIC;
INSERT INTO pg_dist_partition SELECT oid FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relrowsecurity;
CREATE FUNCTION every_worker_answers() RETURNS bool LANGUAGE plpgsql STABLE AS $f$ BEGIN
    {how};
    RETURN true;
END $f$
"""
KEYS_OF_ANOTHER = """
INSERT INTO tenant_keys
    (tenant_id, number, cipher, master, data_key, index_key, complete, created_at)
VALUES ('globex', 1, 'aes-256-gcm', 'another', '', '', 1, 1)
"""
FAILS = f"RAISE connection_failure USING MESSAGE = '{AWAY}'"
HANGS = "PERFORM pg_sleep(30)"


class Cluster:
    def __init__(self, datastore: PostgresDatastore) -> None:
        self.datastore = datastore

    def lose_a_worker(self, how: str) -> None:
        """Of which there is something to be asked."""
        self.datastore.rows(KEYS_OF_ANOTHER)
        self._run(WORKERS.format(how=how))
        self._policies("every_worker_answers()")

    def it_is_back(self) -> None:
        """In a thread beside a service that runs: it waits for the service's transactions."""
        self.datastore.rows("DELETE FROM tenant_keys WHERE tenant_id = 'globex'")
        self._policies("true")

    def end_sessions(self) -> None:
        """So that a test need not wait for a statement that hangs."""
        self.datastore.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%tenant_keys%'"
            " AND pid <> pg_backend_pid()"
        )

    def _policies(self, condition: str) -> None:
        self._run(";".join(f"ALTER POLICY every_tenant ON {t} USING ({condition})" for t in ASKED))

    def _run(self, statements: str) -> None:
        self.datastore.rows(f"DO $do$ BEGIN {statements}; END $do$")


@pytest.fixture
def cluster(
    postgres_template: PostgresDatastore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cluster]:
    monkeypatch.setattr(across_tenants, "RETRY_SECONDS", 0.02)
    copy = postgres_template.copy()
    yield Cluster(copy)
    copy.close()


@pytest.fixture
def settings(cluster: Cluster) -> Settings:
    return Settings(database_url=cluster.datastore.url, demo=False)


class Started:
    """A service, and how it answers."""

    def __init__(self, settings: Settings) -> None:
        self.service = Cell(settings, lambda _: None)

    async def __aenter__(self) -> Caller:
        await self.service.start()
        transport = httpx.ASGITransport(self.service)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        return Caller(self._client, "acme")

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self.service.stop()


async def until(log: list[MutableMapping[str, Any]], event: str) -> None:
    for _ in range(500):
        if any(line["event"] == event for line in log):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{event} was not logged")


async def use(settings: Settings) -> None:
    async with Started(settings) as acme:
        await acme.customer()


def change(settings: Settings, **others: object) -> Settings:
    return settings.model_copy(update=others)


async def test_the_service_starts_and_serves_the_tenants_that_are_there(
    cluster: Cluster, settings: Settings
) -> None:
    await use(settings)
    cluster.lose_a_worker(FAILS)
    with capture_logs() as log:
        async with Started(settings) as acme:
            made = await acme.customer()
            assert (await acme.get(f"/customers/{made['customerId']}")).status_code == 200
            asked = {line["question"] for line in log if line["event"] == "some_tenants_away"}
            assert asked == {"keys.check", "audit.check"}
    assert AWAY in str(log)


async def test_with_keys_it_does_too(cluster: Cluster, settings: Settings) -> None:
    cluster.lose_a_worker(FAILS)
    async with Started(change(settings, encryption_key=KEY, audit_key=AUDIT_KEY)) as acme:
        made = await acme.customer(contactPhone="13800138000")
        assert (await acme.get(f"/customers/{made['customerId']}")).status_code == 200


async def test_a_worker_that_hangs_delays_the_start_by_a_moment(
    cluster: Cluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(across_tenants, "SOON_SECONDS", 0.2)
    await use(settings)
    cluster.lose_a_worker(HANGS)
    began = monotonic()
    started = Started(settings)
    acme = await started.__aenter__()
    assert monotonic() - began < 4
    await acme.customer()
    cluster.end_sessions()
    await started.__aexit__()


async def test_a_key_that_is_missing_is_found_when_the_worker_is_back(
    cluster: Cluster, settings: Settings
) -> None:
    async with Started(change(settings, encryption_key=KEY)) as acme:
        await acme.customer(contactPhone="13800138000")
    cluster.lose_a_worker(FAILS)
    with capture_logs() as log:
        async with Started(settings) as globex:
            await asyncio.to_thread(cluster.it_is_back)
            await until(log, "refused_after_start")
            await until(log, "encryption_key_missing")
            refused(await globex.get("/customers"), 503, "SERVICE_UNAVAILABLE")


async def test_a_wrong_audit_key_is_found_when_the_worker_is_back(
    cluster: Cluster, settings: Settings
) -> None:
    async with Started(change(settings, audit_key=AUDIT_KEY)) as acme:
        await acme.customer()
    cluster.lose_a_worker(FAILS)
    with capture_logs() as log:
        async with Started(change(settings, audit_key=KEY)) as acme:
            assert (await acme.get("/customers")).status_code == 200
            await asyncio.to_thread(cluster.it_is_back)
            await until(log, "refused_after_start")
            await asyncio.sleep(0.1)
            refused(await acme.get("/customers"), 503, "SERVICE_UNAVAILABLE")
            refused(await acme.post("/customers", {"name": "甲"}), 503, "SERVICE_UNAVAILABLE")


async def test_a_wrong_key_refuses_the_start_while_every_worker_is_there(
    cluster: Cluster, settings: Settings
) -> None:
    cluster.lose_a_worker(FAILS)
    cluster.it_is_back()
    async with Started(change(settings, encryption_key=KEY, audit_key=AUDIT_KEY)) as acme:
        await acme.customer(contactPhone="13800138000")
    for wrong in ({"encryption_key": AUDIT_KEY, "audit_key": AUDIT_KEY}, {"audit_key": AUDIT_KEY}):
        with pytest.raises(InvalidKey, match="CRM_ENCRYPTION_KEY"):
            await Cell(change(settings, **wrong), lambda _: None).start()
    with pytest.raises(InvalidKey, match="CRM_AUDIT_KEY"):
        await Cell(change(settings, encryption_key=KEY, audit_key=KEY), lambda _: None).start()


async def test_serving_asks_no_other_tenant_for_the_sake_of_demo_data(
    cluster: Cluster, settings: Settings, tmp_path: Path
) -> None:
    await use(settings)
    cluster.lose_a_worker(FAILS)
    url = cluster.datastore.url
    with serving(tmp_path, CRM_DATABASE_URL=url, CRM_DEMO="1") as process:
        async with process.client() as client:
            answer = await client.get("/customers", headers={"X-Tenant-Id": "demo"})
            assert answer.json()["total"] == 0
        assert process.stop() == 0


def test_a_command_says_what_is_away(
    cluster: Cluster, nowhere: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.lose_a_worker(FAILS)
    monkeypatch.setenv("CRM_DATABASE_URL", cluster.datastore.url)
    monkeypatch.setenv("CRM_ENCRYPTION_KEY", KEY)
    line = nowhere.fails("keys", "rotate")
    assert line == f"crm-cell: the database failed: {AWAY}"


def test_a_command_for_one_tenant_works(
    cluster: Cluster, nowhere: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.lose_a_worker(FAILS)
    monkeypatch.setenv("CRM_DATABASE_URL", cluster.datastore.url)
    file = nowhere.write("in.csv", "name\n甲\n")
    assert nowhere.run("import", file, "--tenant", "acme").code == 0
