"""Sends responses, with the headers that all responses have."""

from contextlib import aclosing
from time import perf_counter

from crm_cell.http.request import Request, Send
from crm_cell.http.responses import Answer, Header, Stream


async def send_answer(
    answer: Answer | Stream, request: Request, started: float, send: Send
) -> None:
    headers = _headers(answer, request, started)
    if isinstance(answer, Stream):
        await _send_stream(answer, headers, request, send)
        return
    if answer.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(answer.body)))
    body = b"" if request.method == "HEAD" else answer.body
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _headers(answer: Answer | Stream, request: Request, started: float) -> list[Header]:
    """The headers of the response, and the common ones."""
    milliseconds = (perf_counter() - started) * 1000
    return [
        *answer.headers,
        *answer.protection,
        *request.extra,
        (b"x-request-id", request.request_id.encode()),
        (b"x-response-time", b"%d" % milliseconds),
        (b"server-timing", b"total;dur=%.3f" % milliseconds),
    ]


async def _send_stream(answer: Stream, headers: list[Header], request: Request, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if request.method != "HEAD":
        await _send_chunks(answer, request, send)
    await send({"type": "http.response.body", "body": b""})


async def _send_chunks(answer: Stream, request: Request, send: Send) -> None:
    """Send chunks as they are generated. Stops when the client disconnects."""
    request.watch()
    # Makes the server send the headers at once: the first chunk of a workbook takes long.
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    async with aclosing(answer.chunks) as chunks:
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
