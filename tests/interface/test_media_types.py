"""Media types that the standards define for what the service does, taken where they fit."""

import pytest

from tests.wire import READ, WRITE, Header, ask, refused
from tests.world import Caller, Running, nothing_changes

pytestmark = pytest.mark.one_database

MERGE_PATCH = "application/merge-patch+json"
EXPORTS = {
    "text/csv": "text/csv; charset=utf-8",
    "text/csv; charset=utf-8; header=present": "text/csv; charset=utf-8",
    "text/csv, */*;q=0.1": "text/csv; charset=utf-8",
    "text/*": "text/csv; charset=utf-8",
    "application/json;q=0.5, application/x-ndjson": "application/x-ndjson",
    "application/ndjson": "application/x-ndjson",
    "application/jsonl": "application/x-ndjson",
    "Application/X-NDJSON": "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    "application/json": "application/json",
    "application/json, text/csv": "application/json",
    "text/csv;q=0": "application/json",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "application/json",
    "application/pdf": "application/json",
    "": "application/json",
}


def written_as(media: str) -> list[Header]:
    return [*WRITE[:-1], (b"content-type", media.encode())]


@pytest.mark.parametrize(
    "media", [MERGE_PATCH, f"{MERGE_PATCH}; charset=utf-8", MERGE_PATCH.upper()]
)
async def test_a_patch_is_taken_as_what_it_is(media: str, acme: Caller, cell: Running) -> None:
    customer = await acme.customer(contactEmail="a@example.com")
    where = f"/customers/{customer['customerId']}"
    body = b'{"contactEmail": null}'
    heard = await ask(cell.service, "PATCH", where, headers=written_as(media), body=body)
    assert (heard.status, heard.json()["contactEmail"]) == (200, None)


async def test_a_retry_under_the_other_type_is_the_same_request(
    acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    where = f"/customers/{customer['customerId']}"
    for media, replayed in ((MERGE_PATCH, None), ("application/json", "true")):
        heard = await ask(
            cell.service, "PATCH", where, headers=written_as(media), body=b'{"status": 2}'
        )
        assert (heard.status, heard.header("idempotent-replayed")) == (200, replayed)


@pytest.mark.parametrize("media", ["application/json-patch+json", "text/plain", "application/xml"])
async def test_a_patch_of_another_kind_is_refused_and_told_what_is_taken(
    media: str, acme: Caller, cell: Running
) -> None:
    customer = await acme.customer()
    where = f"/customers/{customer['customerId']}"
    body = b'[{"op": "remove", "path": "/contactEmail"}]'
    async with nothing_changes(cell):
        heard = await ask(cell.service, "PATCH", where, headers=written_as(media), body=body)
        told = refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert heard.header("accept-patch") == "application/merge-patch+json, application/json"
    assert told["details"] == "可用类型：application/merge-patch+json, application/json"


@pytest.mark.parametrize("media", [MERGE_PATCH, "text/csv", "application/x-ndjson"])
async def test_what_is_no_patch_is_json(media: str, cell: Running) -> None:
    async with nothing_changes(cell):
        heard = await ask(
            cell.service, "POST", "/customers", headers=written_as(media), body=b'{"name": "x"}'
        )
        refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert (heard.header("accept"), heard.header("accept-patch")) == ("application/json", None)


async def test_a_compressed_body_is_told_which_encoding_is_taken(cell: Running) -> None:
    headers = [*WRITE, (b"content-encoding", b"gzip")]
    heard = await ask(cell.service, "POST", "/customers", headers=headers, body=b"x")
    refused(heard, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert heard.header("accept-encoding") == "identity"


@pytest.mark.parametrize(("accepted", "sent"), EXPORTS.items())
async def test_an_export_comes_as_the_caller_accepts_it(
    accepted: str, sent: str, acme: Caller, cell: Running
) -> None:
    await acme.customer()
    headers = [*READ, (b"accept", accepted.encode())]
    heard = await ask(cell.service, "GET", "/customers/export", headers=headers)
    assert (heard.status, heard.header("content-type")) == (200, sent)
    assert "Accept" in (heard.header("vary") or "").split(", ")


async def test_the_parameter_of_an_export_wins_over_the_header(acme: Caller) -> None:
    answer = await acme.get("/customers/export", {"Accept": "text/csv"}, format="json")
    assert answer.headers["content-type"] == "application/json"
    answer = await acme.get("/customers/export", {"Accept": "application/json"}, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


async def test_the_description_comes_as_the_type_that_is_asked_for(cell: Running) -> None:
    for accepted, sent in {
        "application/vnd.oai.openapi+json": "application/vnd.oai.openapi+json;version=3.1",
        "application/vnd.oai.openapi+json;version=3.1": (
            "application/vnd.oai.openapi+json;version=3.1"
        ),
        "application/openapi+json": "application/openapi+json;version=3.1",
        "application/json, */*": "application/json",
        "*/*": "application/json",
        "text/html": "application/json",
    }.items():
        headers = [(b"accept", accepted.encode())]
        heard = await ask(cell.service, "GET", "/openapi.json", headers=headers)
        assert (heard.status, heard.header("content-type")) == (200, sent), accepted
        assert heard.json()["openapi"] == "3.1.0"
        assert heard.header("vary") == "Accept, Accept-Encoding"


@pytest.mark.parametrize("accepted", ["application/xml", "text/html", "application/json;q=0", "?"])
async def test_where_there_is_nothing_but_json_it_is_sent_whatever_is_accepted(
    accepted: str, acme: Caller
) -> None:
    """A 406 would help nobody: who cannot read JSON cannot read the refusal either."""
    customer = await acme.customer()
    for where in ("/customers", f"/customers/{customer['customerId']}", "/metrics"):
        answer = await acme.get(where, {"Accept": accepted})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    created = await acme.post("/customers", {"name": "新"}, headers={"Accept": accepted})
    assert created.status_code == 201
