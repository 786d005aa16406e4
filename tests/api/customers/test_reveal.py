"""POST /customers/{customer_id}/reveal."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crm_cell.settings import Settings
from tests.world import Caller, Json, Running, audit, events, faults, nothing_changes, refused

PHONE, EMAIL = "13812345678", "li.lei@example.com"
BOTH = {"fields": ["contactPhone", "contactEmail"], "reason": "客户要求回电"}
ONE = {"fields": ["contactPhone"], "reason": "客户要求回电"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"reveals_per_day": 3})


@pytest.fixture
async def customer(alice: Caller) -> Json:
    return await alice.customer(contactPhone=PHONE, contactEmail=EMAIL)


@pytest.fixture
def where(customer: Json) -> str:
    return f"/customers/{customer['customerId']}/reveal"


async def test_the_full_values_are_shown(alice: Caller, customer: Json, where: str) -> None:
    answer = await alice.post(where, BOTH)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json() == {
        "customerId": customer["customerId"],
        "revealed": {"contactPhone": PHONE, "contactEmail": EMAIL},
    }
    assert (await alice.post(where, ONE)).json()["revealed"] == {"contactPhone": PHONE}


async def test_what_is_not_there_is_null(acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.post(f"/customers/{customer['customerId']}/reveal", BOTH)
    assert answer.json()["revealed"] == {"contactPhone": None, "contactEmail": None}


async def test_it_is_on_record_with_its_reason_and_without_the_value(
    alice: Caller, customer: Json, where: str, cell: Running
) -> None:
    told = len(events(cell))
    answer = await alice.post(where, ONE | {"reason": f" 回拨 {PHONE} "})
    assert answer.status_code == 200
    entry = audit(cell)[-1]
    assert (entry["actor"], entry["action"]) == ("alice", "revealed")
    assert (entry["resourceType"], entry["resourceId"]) == ("customer", customer["customerId"])
    assert entry["changes"] == {"fields": ["contactPhone"], "reason": "回拨 ***"}
    assert len(events(cell)) == told
    assert PHONE not in repr(cell.rows("SELECT changes FROM audit_logs"))


async def test_nothing_of_the_record_changes(alice: Caller, customer: Json, where: str) -> None:
    await alice.post(where, ONE)
    assert (await alice.get(f"/customers/{customer['customerId']}")).json() == customer


# Replays


async def test_a_replay_shows_it_again_and_counts_once(
    alice: Caller, where: str, cell: Running
) -> None:
    first = await alice.post(where, BOTH, key="same")
    async with nothing_changes(cell):
        for _ in range(5):
            again = await alice.post(where, BOTH, key="same")
            assert (again.status_code, again.content) == (200, first.content)
            assert again.headers["etag"] == first.headers["etag"]
            assert again.headers["idempotent-replayed"] == "true"


async def test_the_answer_is_not_kept(alice: Caller, where: str, cell: Running) -> None:
    await alice.post(where, BOTH, key="same")
    kept = cell.rows("SELECT status, body FROM idempotency_keys WHERE key = 'same'")
    assert kept == [(200, b"")]


async def test_a_replay_after_a_change_is_a_conflict(
    alice: Caller, customer: Json, where: str, cell: Running
) -> None:
    await alice.post(where, ONE, key="same")
    await alice.patch(f"/customers/{customer['customerId']}", {"contactPhone": "13900000000"})
    async with nothing_changes(cell):
        refused(await alice.post(where, ONE, key="same"), 409, "IDEMPOTENT_CONFLICT")


async def test_a_replay_by_who_may_not_see_it_any_more_finds_nothing(
    alice: Caller, acme: Caller, customer: Json, where: str
) -> None:
    await alice.post(where, ONE, key="same")
    await acme.patch(f"/customers/{customer['customerId']}", {"ownerId": "bob"})
    refused(await alice.post(where, ONE, key="same"), 404, "NOT_FOUND")


async def test_the_same_id_with_another_reason_is_a_conflict(alice: Caller, where: str) -> None:
    await alice.post(where, ONE, key="same")
    other = await alice.post(where, ONE | {"reason": "x"}, key="same")
    refused(other, 409, "IDEMPOTENT_CONFLICT")


# How often


async def test_past_the_days_limit_it_is_refused_until_midnight(
    alice: Caller, where: str, cell: Running
) -> None:
    for _ in range(3):
        assert (await alice.post(where, ONE)).status_code == 200
    async with nothing_changes(cell):
        answer = await alice.post(where, ONE)
    refused(answer, 429, "RATE_LIMIT")
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert abs(int(answer.headers["retry-after"]) - (midnight - now).total_seconds()) < 60


async def test_each_user_and_each_tenant_has_their_own_limit(
    alice: Caller, acme: Caller, charlie: Caller, where: str
) -> None:
    for _ in range(3):
        await alice.post(where, ONE)
    refused(await alice.post(where, ONE), 429, "RATE_LIMIT")
    for _ in range(3):
        assert (await acme.post(where, ONE)).status_code == 200
    refused(await acme.post(where, ONE), 429, "RATE_LIMIT")
    theirs = await charlie.customer(contactPhone=PHONE)
    there = f"/customers/{theirs['customerId']}/reveal"
    assert (await charlie.post(there, ONE)).status_code == 200


async def test_a_new_day_begins_anew(alice: Caller, where: str, cell: Running) -> None:
    for _ in range(3):
        await alice.post(where, ONE)
    cell.change("UPDATE reveal_counts SET day = day - 1")
    assert (await alice.post(where, ONE)).status_code == 200
    assert cell.rows("SELECT count FROM reveal_counts") == [(1,)]


async def test_many_at_once_are_as_many_as_the_limit(
    alice: Caller, where: str, cell: Running
) -> None:
    answers = await asyncio.gather(*(alice.post(where, ONE) for _ in range(12)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 3 + [429] * 9
    assert cell.rows("SELECT count FROM reveal_counts") == [(3,)]
    assert len([entry for entry in audit(cell) if entry["action"] == "revealed"]) == 3


async def test_what_is_refused_is_not_counted(alice: Caller, bob: Caller, where: str) -> None:
    refused(await bob.post(where, ONE), 404, "NOT_FOUND")
    for _ in range(4):
        assert (await alice.post(where, ONE | {"reason": ""})).status_code == 400
    assert (await alice.post(where, ONE)).status_code == 200


# What is asked


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {("fields", "required"), ("reason", "required")}),
        (ONE | {"fields": []}, {("fields", "too_few")}),
        (ONE | {"fields": ["name"]}, {("fields", "not_one_of")}),
        (ONE | {"fields": ["contactPhone", "contactPhone"]}, {("fields", "repeated")}),
        (ONE | {"fields": "contactPhone"}, {("fields", "type")}),
        (ONE | {"fields": [1]}, {("fields", "type")}),
        (ONE | {"reason": "  "}, {("reason", "too_short")}),
        (ONE | {"reason": "x" * 501}, {("reason", "too_long")}),
        (ONE | {"why": "x"}, {("why", "unknown")}),
    ],
)
async def test_a_wrong_body_is_refused(
    alice: Caller, where: str, cell: Running, body: Json, found: set[tuple[str, str]]
) -> None:
    async with nothing_changes(cell):
        assert faults(await alice.post(where, body)) == found


async def test_the_trail_shows_who_looked(acme: Caller, alice: Caller, where: str) -> None:
    await alice.post(where, ONE)
    entry = (await acme.rows("/audit-logs"))[0]
    assert (entry["action"], entry["actor"]) == ("revealed", "alice")
