"""JSON has one kind of number: how a whole one is written does not matter, what it is does."""

import pytest

from tests.world import Caller, Running, faults, nothing_changes

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("written", ["100", "100.0", "1e2", "1.00E+2"])
async def test_a_whole_number_may_be_written_in_any_way(written: str, acme: Caller) -> None:
    customer = await acme.customer()
    body = f'{{"customerId":"{customer["customerId"]}","title":"t","amountCents":{written}}}'
    answer = await acme.post("/opportunities", body.encode())
    assert answer.json()["amountCents"] == 100


async def test_two_ways_of_writing_it_are_one_request(acme: Caller) -> None:
    first = await acme.post("/customers", b'{"name":"one","status":1}', key="same")
    again = await acme.post("/customers", b'{"name":"one","status":1.0}', key="same")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content


@pytest.mark.parametrize("written", ["9007199254740993.0", "1.0000000000000001", "1e-400", "1.5"])
async def test_what_a_double_would_round_is_not_whole(
    written: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    body = f'{{"customerId":"{customer["customerId"]}","title":"t","amountCents":{written}}}'
    async with nothing_changes(cell):
        answer = await acme.post("/opportunities", body.encode())
    assert faults(answer) == {("amountCents", "type")}


@pytest.mark.parametrize("offset", ["+08:60", "+24:00", "-99:99"])
async def test_an_offset_has_hours_and_minutes(offset: str, acme: Caller, cell: Running) -> None:
    contract = await acme.contract(await acme.customer())
    body = {
        "contractId": contract["contractId"],
        "amountCents": 1,
        "paymentAt": f"2026-01-01T00:00:00{offset}",
    }
    async with nothing_changes(cell):
        answer = await acme.post("/payments", body)
    assert faults(answer) == {("paymentAt", "not_a_date_or_time")}
