"""What holds for every response, the documentation pages' among them."""

from tests.world import Caller, Running, refused


async def test_a_page_carries_its_request_id_and_time(acme: Caller) -> None:
    answer = await acme.get("/docs", {"X-Request-ID": "page-1"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (200, "page-1")
    assert answer.text.startswith("<!")


async def test_a_missing_page_is_refused_like_any_path(acme: Caller) -> None:
    refused(await acme.get("/docs/assets/nothing.js"), 404, "NOT_FOUND")


async def test_a_page_is_only_read(acme: Caller) -> None:
    answer = await acme.post("/docs", {})
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD"


async def test_head_is_a_get_without_its_body(acme: Caller) -> None:
    answer = await acme.send("HEAD", "/health")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len((await acme.get("/health")).content))


async def test_each_request_is_one_line_in_the_log(acme: Caller, cell: Running) -> None:
    await acme.get("/customers", {"X-Request-ID": "seen-1", "X-Trace-Id": "trace-1"})
    (line,) = cell.log
    assert (line.method, line.route, line.status) == ("GET", "/customers", 200)
    assert (line.request_id, line.trace_id, line.tenant) == ("seen-1", "trace-1", "acme")
