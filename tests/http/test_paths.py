"""One record has one path: ids count in either case, and only a plain slash separates.

An id in upper case used to make a second idempotency key, so a retry was applied twice; and an
encoded slash was routed as a slash.
"""

import pytest

from tests.wire import ask
from tests.world import Caller, Running, audit, nothing_changes, refused

REVEAL = {"fields": ["contactPhone"], "reason": "客户要求回电"}


async def test_a_retry_with_the_id_in_upper_case_is_the_same_request(
    acme: Caller, cell: Running
) -> None:
    found = (await acme.customer(contactPhone="13812345678"))["customerId"]
    first = await acme.post(f"/customers/{found}/reveal", REVEAL, key="reveal-1")
    assert first.status_code == 200
    async with nothing_changes(cell):
        again = await acme.post(f"/customers/{found.upper()}/reveal", REVEAL, key="reveal-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert [each["action"] for each in audit(cell)] == ["created", "revealed"]


async def test_the_audit_trail_has_the_id_in_lower_case(acme: Caller, cell: Running) -> None:
    found = (await acme.customer())["customerId"]
    answer = await acme.patch(f"/customers/{found.upper()}", {"name": "Renamed"})
    assert (answer.status_code, answer.json()["customerId"]) == (200, found)
    assert [each["resourceId"] for each in audit(cell)] == [found, found]


@pytest.mark.parametrize(
    "path",
    [
        "/customers%2F{id}",
        "/customers%2f{id}",
        "/customers/{id}%2Faccess",
        "/customers/{id}%2faccess",
        "/reports%2Ffunnel",
        "/docs%2Fcontract",
    ],
)
async def test_an_encoded_slash_separates_nothing(path: str, acme: Caller) -> None:
    found = (await acme.customer())["customerId"]
    refused(await acme.get(path.replace("{id}", found)), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        "//customers",
        "/customers/",
        "/customers//{id}",
        "/customers/{id}/",
        "/customers/../customers",
        "/customers/./{id}",
        "/customers/{id};a=b",
    ],
)
async def test_no_other_spelling_is_the_path_of_a_record(
    path: str, acme: Caller, cell: Running
) -> None:
    found = (await acme.customer())["customerId"]
    heard = await ask(cell.service, "GET", path.replace("{id}", found))
    assert (heard.status, heard.json()["code"]) == (404, "NOT_FOUND")
