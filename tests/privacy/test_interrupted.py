"""Whatever interrupts it, and whoever works meanwhile: the same again ends clean."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crm_cell.privacy import erasing
from crm_cell.privacy.erasing import Eraser
from crm_cell.settings import Settings
from crm_cell.storage.engine import Tenant, Tx
from tests.audit.conftest import KEY as AUDIT_KEY
from tests.databases import Datastore, SqliteFile
from tests.privacy.person import PHONE, Person, erase, left, left_in_file, plant, repeat
from tests.privacy.test_erase import sound
from tests.processes import ROOT, environment, serving
from tests.world import Caller, Running, refused

KILLED_AFTER = 9


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    """In the open, so that every mark that is left is seen."""
    return Settings(database_url=datastore.url, demo=False, audit_key=AUDIT_KEY)


class Killed(Exception):
    pass


@pytest.mark.parametrize("has_contract", [False, True], ids=["alone", "with a contract"])
async def test_it_may_be_interrupted_before_each_of_its_writes(
    cell: Running, acme: Caller, has_contract: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit_as_it_is = Eraser._unit
    left_to_live = 0

    async def unit(self: Eraser, tenant: Tenant, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        nonlocal left_to_live
        left_to_live -= 1
        if not left_to_live:
            raise Killed
        return await unit_as_it_is(self, tenant, work)

    monkeypatch.setattr(erasing, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(Eraser, "_unit", unit)
    for writes in count(1):
        person = await plant(acme)
        if has_contract:
            await acme.contract(person.customer)
        customer = person.customer["customerId"]
        left_to_live = writes
        try:
            await erase(cell, customer_id=customer)
        except Killed:
            await erase(cell, customer_id=customer)
        else:
            break
        assert left(cell, person.marks) == [], writes
    assert writes > KILLED_AFTER
    await sound(cell)


async def test_a_killed_command_is_run_again(tmp_path: Path, sqlite_datastore: SqliteFile) -> None:
    with serving(tmp_path) as service:
        async with service.client() as client:
            person = await plant(Caller(client, "acme"))
        assert service.stop() == 0
    whose = ("--tenant", "acme", "--customer", person.customer["customerId"])
    killed = run(tmp_path, "tests.privacy.dying", str(KILLED_AFTER), *erasing_of(whose))
    assert killed.returncode == -signal.SIGKILL
    assert left_in_file(sqlite_datastore, person.marks) != []
    again = run(tmp_path, "crm_cell", *erasing_of(whose))
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "erased")
    assert left_in_file(sqlite_datastore, person.marks) == []
    assert run(tmp_path, "crm_cell", "check", "--counters").returncode == 0


async def test_it_works_beside_a_service(tmp_path: Path, datastore: Datastore) -> None:
    with serving(tmp_path, CRM_DATABASE_URL=datastore.url) as service:
        async with service.client() as client:
            acme = Caller(client, "acme")
            person = await plant(acme)
            stranger = await acme.customer(name="Wang", contactPhone="13800000000")
            whose = ("--tenant", "acme", "--customer", person.customer["customerId"])
            said = await asyncio.to_thread(
                run, tmp_path, "crm_cell", *erasing_of(whose), CRM_DATABASE_URL=datastore.url
            )
            assert said.returncode == 0, said.stderr
            assert said.stdout.splitlines()[-1].startswith("erased; ")
            await nothing_answers(acme, person)
            assert [row["customerId"] for row in await acme.rows("/customers", phone="13800000000")]
            assert (await acme.get(f"/customers/{stranger['customerId']}")).status_code == 200
        assert service.stop() == 0
    rows = repr([datastore.rows(f'SELECT * FROM "{table}"') for table in datastore.tables()])
    assert [mark for mark in person.marks if mark in rows] == []


async def nothing_answers(acme: Caller, person: Person) -> None:
    for request in person.requests:
        if request[0] != "DELETE":
            refused(await repeat(acme, request), 404, "NOT_FOUND")
    assert await acme.rows("/contacts", phone=PHONE) == []
    assert await acme.rows("/follow-ups") == []
    refused(await acme.get(f"/contacts/{person.contact['contactId']}"), 404, "NOT_FOUND")


def erasing_of(whose: tuple[str, ...]) -> tuple[str, ...]:
    return ("subject", "erase", *whose, "--yes")


def run(folder: Path, module: str, *arguments: str, **settings: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment(folder) | settings | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
