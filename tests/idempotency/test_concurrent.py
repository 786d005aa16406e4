"""Copies that come at once: one effect, one answer."""

import asyncio

import pytest

from crm_cell.app import all_routes
from crm_cell.http.application import Application
from crm_cell.http.auth import AnyToken
from crm_cell.http.observability.telemetry import Telemetry
from crm_cell.http.pages import pages
from crm_cell.idempotency.guard import DatabaseIdempotencyGuard
from crm_cell.settings import Settings
from tests.databases import Datastore
from tests.wire import WRITE, Heard, ask, refused
from tests.world import Caller, Running, audit, events, nothing_changes

NEW = b'{"name": "New"}'
COPIES = 50


@pytest.fixture
def settings(datastore: Datastore) -> Settings:
    """All of them are at work at once: on a busy machine those that wait would be told 429."""
    return Settings(database_url=datastore.url, demo=False, slots=2 * COPIES)


class Impatient:
    """The service on the same database, with a guard that waits only for a moment."""

    def __init__(self, cell: Running, patience_seconds: float) -> None:
        self.guard = DatabaseIdempotencyGuard(cell.service.database, patience_seconds)
        self.application = Application(
            all_routes(),
            cell.service.database,
            idempotency=self.guard,
            authenticator=AnyToken(),
            telemetry=Telemetry(cell.log.append),
            pages=pages(),
        )

    def create(self, body: bytes = NEW) -> asyncio.Task[Heard]:
        return asyncio.create_task(
            ask(self.application, "POST", "/customers", headers=WRITE, body=body)
        )

    async def running(self) -> None:
        while not self.guard._running:  # noqa: ASYNC110 - the guard tells nobody that it began
            await asyncio.sleep(0)


@pytest.fixture
def patient(cell: Running) -> Impatient:
    return Impatient(cell, 10)


def create(cell: Running, body: bytes = NEW) -> asyncio.Task[Heard]:
    return asyncio.create_task(ask(cell.service, "POST", "/customers", headers=WRITE, body=body))


async def test_fifty_copies_at_once_are_one_effect_and_one_answer(cell: Running) -> None:
    answers = await asyncio.gather(*[create(cell) for _ in range(COPIES)])
    assert {(heard.status, heard.body) for heard in answers} == {(201, answers[0].body)}
    assert {heard.header("location") for heard in answers} == {answers[0].header("location")}
    assert {heard.header("etag") for heard in answers} == {'"1"'}
    replayed = [heard.header("idempotent-replayed") for heard in answers]
    assert (replayed.count(None), replayed.count("true")) == (1, COPIES - 1)
    assert len(cell.rows("SELECT id FROM customers")) == 1
    assert len(cell.rows("SELECT key FROM idempotency_keys")) == 1
    assert (len(audit(cell)), len(events(cell))) == (1, 1)


async def test_of_two_requests_with_one_id_one_wins_and_the_others_copies_conflict(
    cell: Running,
) -> None:
    bodies = [b'{"name": "A"}', b'{"name": "B"}']
    answers = await asyncio.gather(*[create(cell, bodies[n % 2]) for n in range(COPIES)])
    statuses = sorted({(n % 2, heard.status) for n, heard in enumerate(answers)})
    assert statuses in ([(0, 201), (1, 409)], [(0, 409), (1, 201)])
    for heard in answers:
        if heard.status == 409:
            refused(heard, 409, "IDEMPOTENT_CONFLICT")
    assert len(cell.rows("SELECT id FROM customers")) == 1
    assert len(audit(cell)) == 1


async def test_simultaneous_creates_of_one_name_cannot_both_win(
    acme: Caller, cell: Running
) -> None:
    answers = await asyncio.gather(
        *[acme.post("/customers", {"name": "Same"}) for _ in range(COPIES)]
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (COPIES - 1)
    assert (await acme.get("/customers")).json()["total"] == 1
    assert len(cell.rows("SELECT key FROM idempotency_keys")) == 1


async def test_simultaneous_deletes_of_one_customer_count_it_off_once(
    acme: Caller, cell: Running
) -> None:
    kept, gone = await acme.customer(), await acme.customer()
    where = f"/customers/{gone['customerId']}"
    answers = await asyncio.gather(*[acme.delete(where) for _ in range(COPIES)])
    assert sorted(answer.status_code for answer in answers) == [204] + [404] * (COPIES - 1)
    assert (await acme.get("/customers")).json()["total"] == 1
    assert await acme.rows("/customers") == [kept]


async def test_simultaneous_changes_with_if_match_let_one_through(acme: Caller) -> None:
    where = f"/customers/{(await acme.customer())['customerId']}"
    answers = await asyncio.gather(
        *[
            acme.patch(where, {"name": f"Name {n}"}, headers={"If-Match": '"1"'})
            for n in range(COPIES)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (COPIES - 1)
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert (await acme.get(where)).json() == winner.json()


async def test_a_copy_waits_for_the_first_to_finish(cell: Running, patient: Impatient) -> None:
    with cell.datastore.held():
        first = patient.create()
        await patient.running()
        copy = patient.create()
        await asyncio.sleep(0)
        assert (first.done(), copy.done()) == (False, False)
    assert (await first).body == (await copy).body
    assert (await copy).header("idempotent-replayed") == "true"
    assert len(audit(cell)) == 1


async def test_past_its_patience_a_copy_is_told_to_come_back(cell: Running) -> None:
    impatient = Impatient(cell, patience_seconds=0.01)
    with cell.datastore.held():
        first = impatient.create()
        await impatient.running()
        async with nothing_changes(cell):
            copy = await impatient.create()
            body = refused(copy, 409, "IDEMPOTENT_CONFLICT")
            assert body["message"] == "同一请求ID的请求仍在处理中"
            assert copy.header("retry-after") == "1"
    assert (await first).status == 201
    assert (await impatient.create()).body == (await first).body


async def test_when_the_first_is_refused_its_copy_gets_its_own_try(
    cell: Running, acme: Caller, patient: Impatient
) -> None:
    await acme.customer(name="New")
    with cell.datastore.held():
        first = patient.create()
        await patient.running()
        copy = patient.create(b'{"name": "Other"}')
    refused(await first, 409, "DUPLICATE_NAME")
    assert (await copy).status == 201


async def test_a_caller_who_hangs_up_leaves_all_or_nothing(
    cell: Running, patient: Impatient
) -> None:
    with cell.datastore.held():
        first = patient.create()
        await patient.running()
        first.cancel()
        copy = patient.create()
    assert (await copy).status == 201
    assert len(audit(cell)) == 1


async def test_an_answer_stored_by_another_process_is_given(cell: Running) -> None:
    stored = await ask(cell.service, "POST", "/customers", headers=WRITE, body=NEW)
    later = [*WRITE[:2], (b"x-request-id", b"request-2"), WRITE[3]]
    with cell.datastore.held() as run:
        copy = asyncio.create_task(ask(cell.service, "POST", "/customers", headers=later, body=NEW))
        await asyncio.sleep(0)
        run("UPDATE idempotency_keys SET key = 'request-2'")
    assert ((await copy).status, (await copy).body) == (201, stored.body)
    assert (await copy).header("idempotent-replayed") == "true"
