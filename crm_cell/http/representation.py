"""Conditional and compressed responses: 304 for a matching ETag, gzip for large bodies.

Only for GET and HEAD. Responses with unmasked values or parts of a request body answer a POST, so
that compression cannot leak them by length (BREACH).
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from crm_cell.http.negotiation import takes_gzip
from crm_cell.http.preconditions import names
from crm_cell.http.request import Request
from crm_cell.http.responses import Answer, Header, Stream

# Smaller bodies fit into the first packets of a connection, so compression gains little.
MIN_SIZE = 8 * 1024
# Compressing this much takes 50 µs on the event loop; larger bodies go to a thread.
_INLINE = 32 * 1024
# A window of 8 KiB covers repetitions between records, and its setup takes 10 µs. The default setup
# of zlib takes four times as long as compressing twenty records.
_LEVEL, _GZIP_8_KIB, _MEMORY = 1, 16 + 13, 6

_ENCODED: Header = (b"content-encoding", b"gzip")
_COMPRESSIBLE = (
    b"application/json",
    b"application/x-ndjson",
    b"application/openapi+json",
    b"application/vnd.oai.openapi+json",
    b"text/",
)
NOT_MODIFIED = 304
_OF_NOT_MODIFIED = (b"etag", b"vary")


class Representation:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gzip")

    async def of(self, request: Request, answer: Answer | Stream) -> Answer | Stream:
        """Most responses stay unchanged: check `is_final` first, which needs no await."""
        if isinstance(answer, Stream):
            return _streamed(request, answer)
        gzip = False
        if answer.status == 200 and len(answer.body) >= MIN_SIZE and _may_shrink(answer.headers):
            gzip = takes_gzip(request.headers.get("Accept-Encoding"))
            answer.headers = varying(answer.headers, b"Accept-Encoding")
            if gzip:
                answer.headers = _encoded(answer.headers)
        if _is_known(request, answer):
            return _not_modified(answer)
        if gzip:
            answer.body = await self._compressed(answer.body)
        return answer

    async def _compressed(self, body: bytes) -> bytes:
        if len(body) <= _INLINE:
            return compress(body)
        return await asyncio.get_running_loop().run_in_executor(self._thread, compress, body)


def is_final(request: Request, answer: Answer | Stream) -> bool:
    """Whether the response needs no change: one comparison for most responses."""
    if isinstance(answer, Stream):
        return False
    return len(answer.body) < MIN_SIZE and "If-None-Match" not in request.headers


def compress(body: bytes) -> bytes:
    compressor = _compressor()
    return compressor.compress(body) + compressor.flush()


def weakened(tag: bytes) -> bytes:
    """The weak ETag of a compressed body, as nginx does it."""
    return tag if tag.startswith(b"W/") else b"W/" + tag


def _compressor() -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_8_KIB, _MEMORY)


def _may_shrink(headers: list[Header]) -> bool:
    """Whether the body is uncompressed text."""
    found = dict(headers)
    return found[b"content-type"].startswith(_COMPRESSIBLE) and b"content-encoding" not in found


def varying(headers: list[Header], by: bytes) -> list[Header]:
    """Adds a name to the Vary header, which stays a single line."""
    known = [value for name, value in headers if name == b"vary"]
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*known, by]))]


def _encoded(headers: list[Header]) -> list[Header]:
    weak = [(name, weakened(value) if name == b"etag" else value) for name, value in headers]
    return [*weak, _ENCODED]


def _is_known(request: Request, answer: Answer) -> bool:
    given = request.headers.get("If-None-Match")
    if given is None or answer.status != 200:
        return False
    tag = dict(answer.headers).get(b"etag")
    return tag is not None and names(given, tag.decode())


def _not_modified(answer: Answer) -> Answer:
    headers = [header for header in answer.headers if header[0] in _OF_NOT_MODIFIED]
    return Answer(NOT_MODIFIED, b"", headers)


def _streamed(request: Request, answer: Stream) -> Stream:
    if not _may_shrink(answer.headers):
        return answer
    headers = varying(answer.headers, b"Accept-Encoding")
    if not takes_gzip(request.headers.get("Accept-Encoding")):
        return Stream(answer.chunks, headers)
    return Stream(_compressed_chunks(answer.chunks), _encoded(headers))


async def _compressed_chunks(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Compresses chunk by chunk on a thread, because a thousand records take 2 ms."""
    compressor = _compressor()
    async with aclosing(chunks):
        async for chunk in chunks:
            if piece := await asyncio.to_thread(compressor.compress, chunk):
                yield piece
    yield compressor.flush()
