"""Reads that send nothing when nothing has changed, and conditions that proxies have rewritten.

A proxy that compresses weakens ETags or appends to them. Sent back in If-Match, such an ETag was
412 for ever, so that behind nginx with gzip no conditional write ever succeeded.
"""

import pytest

from tests.wire import READ, ask
from tests.world import Caller, Running, nothing_changes, refused

REWRITTEN = ['"1"', 'W/"1"', '"1-gzip"', '"1--gzip"', '"1;gzip"', 'W/"1-br"', '"1-zstd"']
OTHERS = ['"2"', 'W/"2"', '"11"', '"1-"', '"1-x"', "1", "W/1", "", "latest", '"', 'w/"1"', "1*"]
READS = ["/customers", "/customers?pageSize=2", "/reports/funnel", "/metrics", "/audit-logs"]


def path(customer: dict[str, object]) -> str:
    return f"/customers/{customer['customerId']}"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("given", [*REWRITTEN, "*", '"7", "1"', '"7",W/"1"', ' "1" '])
async def test_a_detail_that_the_caller_has_is_not_sent(
    method: str, given: str, acme: Caller
) -> None:
    customer = await acme.customer()
    answer = await acme.send(method, path(customer), headers={"If-None-Match": given})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"1"'
    assert "content-type" not in answer.headers
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("given", OTHERS)
async def test_a_detail_of_another_version_is_sent(given: str, acme: Caller) -> None:
    customer = await acme.customer()
    answer = await acme.get(path(customer), {"If-None-Match": given})
    assert (answer.status_code, answer.json()) == (200, customer)


@pytest.mark.parametrize("where", READS)
async def test_every_read_is_not_sent_again_until_something_changes(
    where: str, acme: Caller
) -> None:
    customer = await acme.customer()
    await acme.opportunity(customer)
    first = await acme.get(where)
    tag = first.headers["etag"]
    assert (first.status_code, tag[:3]) == (200, 'W/"')
    again = await acme.get(where, {"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await acme.opportunity(await acme.customer())
    changed = await acme.get(where, {"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.json() != first.json()


async def test_lists_of_different_callers_have_different_etags(acme: Caller, alice: Caller) -> None:
    await acme.customer()
    tag = (await acme.get("/customers")).headers["etag"]
    answer = await alice.get("/customers", {"If-None-Match": tag})
    assert (answer.status_code, answer.json()["total"]) == (200, 0)


async def test_a_condition_over_several_lines_is_one_list(cell: Running, acme: Caller) -> None:
    customer = await acme.customer()
    lines = [(b"if-none-match", b'"7"'), (b"if-none-match", b'"1"')]
    heard = await ask(cell.service, "GET", path(customer), headers=[*READ, *lines])
    assert (heard.status, heard.body, heard.header("etag")) == (304, b"", '"1"')


async def test_what_may_not_be_seen_is_refused_before_it_is_compared(
    acme: Caller, bob: Caller, charlie: Caller
) -> None:
    customer = await acme.customer()
    for caller in (bob, charlie):
        refused(await caller.get(path(customer), {"If-None-Match": "*"}), 404, "NOT_FOUND")
    anyone = {"If-None-Match": "*", "Authorization": ""}
    refused(await acme.get(path(customer), anyone), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("where", ["/health", "/livez", "/readyz"])
async def test_a_probe_is_always_answered_in_full(where: str, cell: Running) -> None:
    answer = await cell.client.get(where, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.json()["status"]) == (200, "up")


async def test_the_description_of_the_api_is_not_sent_again(cell: Running) -> None:
    first = await cell.client.get("/openapi.json")
    given = {"If-None-Match": first.headers["etag"]}
    again = await cell.client.get("/openapi.json", headers=given)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("given", REWRITTEN)
async def test_a_write_takes_an_etag_as_a_proxy_has_rewritten_it(given: str, acme: Caller) -> None:
    customer = await acme.customer()
    condition = {"If-Match": given}
    changed = await acme.patch(path(customer), {"status": 2}, headers=condition)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    refused(await acme.delete(path(customer), headers=condition), 412, "PRECONDITION_FAILED")


@pytest.mark.parametrize("given", OTHERS)
async def test_a_write_under_another_version_changes_nothing(
    given: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    async with nothing_changes(cell):
        answer = await acme.patch(path(customer), {"status": 2}, headers={"If-Match": given})
        refused(answer, 412, "PRECONDITION_FAILED")
