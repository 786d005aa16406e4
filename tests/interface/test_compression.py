"""Large answers to reads leave compressed, for callers that ask for it; secrets never do."""

import gzip
import json
import zlib

import pytest

from tests.wire import READ, Heard, ask
from tests.world import Caller, Running

pytestmark = pytest.mark.one_database

GZIP = (b"accept-encoding", b"gzip, deflate, br")
LONG = "跟进内容" * 2_000  # 24 KB in UTF-8
TAKES = [
    "gzip",
    "GZIP",
    "x-gzip",
    "gzip;q=0.5",
    "br, gzip ; q=1.0",
    "*",
    "*;q=0.1",
    "identity, gzip",
]
TAKES_NOT = [
    "",
    "br",
    "identity",
    "gzip;q=0",
    "gzip;q=0.0",
    "*;q=0",
    "gzip;q=0, *",
    "gzip;q=x",
    "gzip;q=2",
    "gzip;q=-1",
    "gzip;q=0.5, identity",
    "gzipped",
]


async def read(
    cell: Running, path: str, *headers: tuple[bytes, bytes], method: str = "GET"
) -> Heard:
    where, _, query = path.partition("?")
    return await ask(cell.service, method, where, query=query.encode(), headers=[*READ, *headers])


@pytest.mark.parametrize("accepted", TAKES)
async def test_a_large_answer_is_compressed_for_who_takes_it(
    accepted: str, acme: Caller, cell: Running
) -> None:
    made = await acme.follow_up(content=LONG)
    where = f"/follow-ups/{made['followUpId']}"
    heard = await read(cell, where, (b"accept-encoding", accepted.encode()))
    assert heard.header("content-encoding") == "gzip"
    assert heard.header("vary") == "Accept-Encoding"
    assert heard.header("etag") == 'W/"1"'
    assert heard.header("content-length") == str(len(heard.body))
    assert len(heard.body) < 1_000
    assert json.loads(gzip.decompress(heard.body)) == made


@pytest.mark.parametrize("accepted", TAKES_NOT)
async def test_a_large_answer_is_plain_for_everybody_else(
    accepted: str, acme: Caller, cell: Running
) -> None:
    made = await acme.follow_up(content=LONG)
    where = f"/follow-ups/{made['followUpId']}"
    heard = await read(cell, where, (b"accept-encoding", accepted.encode()))
    assert (heard.header("content-encoding"), heard.header("vary")) == (None, "Accept-Encoding")
    assert (heard.header("etag"), heard.json()) == ('"1"', made)


async def test_a_small_answer_is_plain(acme: Caller, cell: Running) -> None:
    await acme.customer()
    heard = await read(cell, "/customers", GZIP)
    assert (heard.header("content-encoding"), heard.header("vary")) == (None, None)


async def test_a_list_beyond_what_the_event_loop_compresses_is_the_same_list(
    acme: Caller, cell: Running
) -> None:
    for _ in range(3):
        await acme.follow_up(content=LONG)
    plain = await read(cell, "/follow-ups")
    heard = await read(cell, "/follow-ups", GZIP)
    assert len(plain.body) > 64 * 1024
    assert gzip.decompress(heard.body) == plain.body
    assert heard.header("etag") == plain.header("etag")


async def test_a_compressed_answer_is_known_by_its_etag(acme: Caller, cell: Running) -> None:
    made = await acme.follow_up(content=LONG)
    where = f"/follow-ups/{made['followUpId']}"
    tag = (await read(cell, where, GZIP)).header("etag") or ""
    known = await read(cell, where, GZIP, (b"if-none-match", tag.encode()))
    assert (known.status, known.body, known.header("etag")) == (304, b"", tag)
    assert known.header("vary") == "Accept-Encoding"
    assert known.header("content-encoding") is None
    changed = await acme.patch(where, {"content": "短"}, headers={"If-Match": tag})
    assert changed.status_code == 200


async def test_head_has_the_headers_of_get(acme: Caller, cell: Running) -> None:
    made = await acme.follow_up(content=LONG)
    where = f"/follow-ups/{made['followUpId']}"
    got, head = [await read(cell, where, GZIP, method=method) for method in ("GET", "HEAD")]
    assert head.body == b""
    for name in ("content-encoding", "content-length", "etag", "vary"):
        assert head.header(name) == got.header(name)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
async def test_an_export_is_compressed_while_it_is_sent(
    kind: str, acme: Caller, cell: Running
) -> None:
    await acme.post("/customers/import", {"items": [{"name": f"客户 {n}"} for n in range(1_500)]})
    plain = await read(cell, f"/customers/export?format={kind}")
    heard = await read(cell, f"/customers/export?format={kind}", GZIP)
    varies = "Accept, Accept-Encoding"
    assert (plain.header("content-encoding"), plain.header("vary")) == (None, varies)
    assert (heard.header("content-encoding"), heard.header("vary")) == ("gzip", varies)
    assert gzip.decompress(heard.body) == plain.body
    assert len(heard.body) < len(plain.body) / 4


async def test_a_workbook_is_a_zip_file_already(acme: Caller, cell: Running) -> None:
    await acme.customer()
    heard = await read(cell, "/customers/export?format=xlsx", GZIP)
    assert (heard.header("content-encoding"), heard.body[:2]) == (None, b"PK")


async def test_what_answers_a_write_is_never_compressed(acme: Caller) -> None:
    """A number in full must not be guessed from the length of the answer."""
    asked = {"Accept-Encoding": "gzip"}
    rows = {"items": [{"name": f"公司 {n}"} for n in range(200)]}
    imported = await acme.post("/customers/import", rows, headers=asked)
    assert len(imported.content) > 8 * 1024
    customer = await acme.customer(contactPhone="13812345678")
    reveal = {"fields": ["contactPhone"], "reason": "客户要求回电"}
    shown = await acme.post(f"/customers/{customer['customerId']}/reveal", reveal, headers=asked)
    assert shown.json()["revealed"] == {"contactPhone": "13812345678"}
    for answer in (imported, shown):
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers


async def test_a_refusal_is_never_compressed(acme: Caller, cell: Running) -> None:
    heard = await read(cell, "/customers?" + "&".join(f"a{n}=" for n in range(30)), GZIP)
    assert (heard.status, heard.header("content-encoding")) == (400, None)


async def test_the_description_of_the_api_leaves_compressed(cell: Running) -> None:
    plain = await read(cell, "/openapi.json")
    heard = await read(cell, "/openapi.json", GZIP)
    assert heard.header("content-encoding") == "gzip"
    assert zlib.decompress(heard.body, 31) == plain.body
    assert len(heard.body) < len(plain.body) / 4
