"""What a GET is answered: 304 where the caller has it already, gzip where it is large.

Only answers to GET and HEAD come here. What shows a number in full, or reports what a body said, is
the answer to a POST, and its compressed length tells nobody anything (BREACH).
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from crm_cell.http.answers import Answer, Header, Stream
from crm_cell.http.negotiation import takes_gzip
from crm_cell.http.preconditions import names
from crm_cell.http.request import Request

# Less is hardly worth the work: it fits into the first packets of a connection.
LEAST = 8 * 1024
# Compressing so much takes 50 µs on the event loop; more is done on a thread.
_INLINE = 32 * 1024
# A window of 8 KiB finds what repeats from record to record, and its tables are set up in 10 µs:
# zlib's usual ones take four times as long as compressing twenty records.
_LEVEL, _GZIP_8_KIB, _MEMORY = 1, 16 + 13, 6

_ENCODED: Header = (b"content-encoding", b"gzip")
_COMPRESSIBLE = (
    b"application/json",
    b"application/x-ndjson",
    b"application/openapi+json",
    b"application/vnd.oai.openapi+json",
    b"text/",
)
_OF_NOT_MODIFIED = (b"etag", b"vary")


class Representation:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gzip")

    async def of(self, request: Request, answer: Answer | Stream) -> Answer | Stream:
        """Takes over most answers unchanged; `is_final` tells which, without waiting."""
        if isinstance(answer, Stream):
            return _streamed(request, answer)
        gzip = False
        if answer.status == 200 and len(answer.body) >= LEAST and _may_shrink(answer.headers):
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
    """Whether the answer leaves as it is: one comparison for most of them."""
    if isinstance(answer, Stream):
        return False
    return len(answer.body) < LEAST and "If-None-Match" not in request.headers


def compress(body: bytes) -> bytes:
    packer = _packer()
    return packer.compress(body) + packer.flush()


def weakened(tag: bytes) -> bytes:
    """Of the same version in other bytes, as nginx marks it too."""
    return tag if tag.startswith(b"W/") else b"W/" + tag


def _packer() -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_8_KIB, _MEMORY)


def _may_shrink(headers: list[Header]) -> bool:
    """Whether it is text that is not compressed yet."""
    found = dict(headers)
    return found[b"content-type"].startswith(_COMPRESSIBLE) and b"content-encoding" not in found


def varying(headers: list[Header], by: bytes) -> list[Header]:
    """The headers, with one more request header named in Vary, all in one line."""
    known = [value for name, value in headers if name == b"vary"]
    others = [header for header in headers if header[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*known, by]))]


def _encoded(headers: list[Header]) -> list[Header]:
    told = [(name, weakened(value) if name == b"etag" else value) for name, value in headers]
    return [*told, _ENCODED]


def _is_known(request: Request, answer: Answer) -> bool:
    given = request.headers.get("If-None-Match")
    if given is None or answer.status != 200:
        return False
    tag = dict(answer.headers).get(b"etag")
    return tag is not None and names(given, tag.decode())


def _not_modified(answer: Answer) -> Answer:
    headers = [header for header in answer.headers if header[0] in _OF_NOT_MODIFIED]
    return Answer(304, b"", headers)


def _streamed(request: Request, answer: Stream) -> Stream:
    if not _may_shrink(answer.headers):
        return answer
    headers = varying(answer.headers, b"Accept-Encoding")
    if not takes_gzip(request.headers.get("Accept-Encoding")):
        return Stream(answer.chunks, headers)
    return Stream(_packed(answer.chunks), _encoded(headers))


async def _packed(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Each chunk as it comes, on a thread: a thousand records take 2 ms."""
    packer = _packer()
    async with aclosing(chunks):
        async for chunk in chunks:
            if piece := await asyncio.to_thread(packer.compress, chunk):
                yield piece
    yield packer.flush()
