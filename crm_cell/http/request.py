"""A request, and what the stages have derived from it so far."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from crm_cell.http.auth import Identity
from crm_cell.http.limits.body_timeout import BodyTimeouts, MinimumRate
from crm_cell.http.limits.large_bodies import LARGE, BodySlot
from crm_cell.http.readiness import Readiness
from crm_cell.http.responses import Header
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, PayloadTooLarge, UnsupportedMediaType
from crm_cell.kernel.messages import CONTENT_ENCODING, MEDIA_TAKEN, PAYLOAD_LIMIT, Language
from crm_cell.storage.engine import Database

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Turn = Callable[[], contextlib.AbstractAsyncContextManager[None]]

# Limits for reading the rest of a body after an error response.
_DISCARD_SECONDS = 2.0
_MOST_DISCARDED = 32 * 1024 * 1024

_MEDIA = ("application/json",)
_PATCH_MEDIA = ("application/merge-patch+json", *_MEDIA)


class Request:
    __slots__ = (
        "_watcher",
        "actor",
        "body",
        "body_slot",
        "body_timeouts",
        "database",
        "extra",
        "gone",
        "headers",
        "identity",
        "language",
        "method",
        "params",
        "path",
        "public_base",
        "query",
        "readiness",
        "receive",
        "release",
        "request_id",
        "signed_path",
        "takes_long",
        "tree",
        "turn",
        "unread",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        path: str,
        database: Database,
        body_timeouts: BodyTimeouts,
        readiness: Readiness,
    ) -> None:
        self.method: str = scope["method"]
        self.path = path
        """After routing, ids in it are in lower case, so that a record has one path."""
        self.signed_path = path
        """The path as sent, which the gateway signs."""
        self.public_base = ""
        """Prefix of Location headers."""
        self.query: bytes = scope["query_string"]
        self.receive = receive
        self.database = database
        self.body_timeouts = body_timeouts
        self.readiness = readiness
        self.headers: Mapping[str, str] = {}
        self.params: Mapping[str, str] = {}
        self.extra: Sequence[Header] = ()
        self.request_id = ""
        self.language: Language = "zh"
        self.actor: Actor | None = None
        self.identity: Identity
        """Of an authenticated caller."""
        self.body = b""
        self.tree: Any = None
        self.body_slot: BodySlot | None = None
        self.release: Callable[[], None] | None = None
        """Frees what the request occupies until the whole response is sent."""
        self.gone = False
        """Whether the client has disconnected, if `watch` was called."""
        self.takes_long = False
        """Whether a read turned out to take long, although its route is not `long`."""
        self.turn: Turn = contextlib.nullcontext
        """Occupies a concurrency slot, for routes that mostly wait."""
        self._watcher: asyncio.Task[None] | None = None
        self.unread = self.method in ("POST", "PATCH", "PUT", "DELETE")

    def watch(self) -> None:
        """Cancel the current task when the client disconnects, so that no work is wasted. The body
        must have been read."""
        if self._watcher is None:
            task = asyncio.current_task()
            assert task is not None
            self._watcher = asyncio.create_task(self._cancel_when_gone(task))

    def end(self) -> None:
        """Stop watching for a disconnect and free what the request occupies."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self.release is not None:
            self.release()

    async def _cancel_when_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass  # some servers send the end of a body even where there is none
        self.gone = True
        task.cancel()

    async def read_body(self, limit: int) -> None:
        """Raises PayloadTooLarge above `limit` bytes, BadRequest for an incomplete body."""
        declared = self.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise too_large(limit)
        began = asyncio.get_running_loop().time()
        try:
            first, more = self._part(await self.body_timeouts.first(self.receive, began))
        except TimeoutError:
            self.unread = False  # nothing to discard
            raise _incomplete() from None
        if declared == str(len(first)):  # no need to await one more, empty part
            more = self.unread = False
        whole = not more and len(first) <= min(limit, LARGE)
        self.body = first if whole else await self._rest(first, limit, began)

    async def _rest(self, first: bytes, limit: int, began: float) -> bytes:
        """Bodies in several parts have a timer, which costs more than reading a small body."""
        try:
            async with self.body_timeouts.rest(began) as rate:
                return await self._whole_body(first, limit, rate)
        except TimeoutError:
            self.unread = False  # nothing to discard
            raise _incomplete() from None

    async def _whole_body(self, first: bytes, limit: int, rate: MinimumRate) -> bytes:
        chunks, size = [first], len(first)
        while True:
            if size > limit:
                raise too_large(limit)
            if size > LARGE and self.body_slot is not None and not self.body_slot.is_arriving:
                rate.pause()
                await self.body_slot.arrive()
                rate.resume()
            if not self.unread:
                break
            chunk, _ = await self._receive()
            rate.received(len(chunk))
            chunks.append(chunk)
            size += len(chunk)
        rate.pause()
        if self.body_slot is not None:
            await self.body_slot.work()
        return b"".join(chunks)

    async def discard_body(self) -> None:
        """Read the rest of the body after an error. Many clients read the response only after
        sending everything; otherwise they see a broken connection, and a gateway reports 502."""
        if "Expect" in self.headers:  # the client has not sent the body yet
            return
        left = _MOST_DISCARDED
        with contextlib.suppress(TimeoutError, BadRequest):
            async with asyncio.timeout(_DISCARD_SECONDS):
                while self.unread and left > 0:
                    chunk, _ = await self._receive()
                    left -= len(chunk)

    async def _receive(self) -> tuple[bytes, bool]:
        return self._part(await self.receive())

    def _part(self, message: Message) -> tuple[bytes, bool]:
        self.unread = message.get("more_body", False)
        if message["type"] == "http.disconnect":
            raise _incomplete()
        return message.get("body", b""), self.unread

    def check_media_type(self, others: Sequence[str] = ()) -> None:
        """Raises UnsupportedMediaType unless it is uncompressed JSON or a merge patch in UTF-8, or
        of one of the other types, in any encoding."""
        if self.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            headers = {"Accept-Encoding": "identity"}
            raise UnsupportedMediaType(details=CONTENT_ENCODING, headers=headers)
        media, _, rest = self.headers.get("Content-Type", "").partition(";")
        if media.strip().lower() in others:
            return
        if media.strip().lower() not in media_taken(self.method) or not _means_utf8(rest):
            raise not_taken(self.method, others)


def media_taken(method: str) -> Sequence[str]:
    """The accepted media types of a body, the most specific first."""
    return _PATCH_MEDIA if method == "PATCH" else _MEDIA


def not_taken(method: str, others: Sequence[str] = ()) -> UnsupportedMediaType:
    """Lists the accepted types in Accept-Patch (RFC 5789) or Accept (RFC 9110, 15.5.16)."""
    types = ", ".join((*media_taken(method), *others))
    header = "Accept-Patch" if method == "PATCH" else "Accept"
    return UnsupportedMediaType(details=MEDIA_TAKEN, headers={header: types}, types=types)


def _incomplete() -> BadRequest:
    return BadRequest([FieldError("body", "incomplete")])


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(details=PAYLOAD_LIMIT, limit=limit)


def _means_utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in ("utf-8", "utf8"):
            return False
    return True
