"""One request on its way through: what the wire said, and what has been found out so far."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from crm_cell.http.answers import Header
from crm_cell.http.body_timeout import BodyTimeouts, Pace
from crm_cell.http.large_bodies import LARGE, Place
from crm_cell.http.readiness import Readiness
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, Fault, PayloadTooLarge, UnsupportedMediaType
from crm_cell.kernel.messages import Language
from crm_cell.storage.engine import Database

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# A refused caller may go on sending for so long, and so much, before it is cut off.
_DISCARD_SECONDS = 2.0
_MOST_DISCARDED = 32 * 1024 * 1024

_MEDIA = ("application/json",)
_PATCH_MEDIA = ("application/merge-patch+json", *_MEDIA)


class Request:
    __slots__ = (
        "_watcher",
        "actor",
        "body",
        "body_timeouts",
        "database",
        "extra",
        "gone",
        "headers",
        "language",
        "method",
        "params",
        "path",
        "place",
        "public_base",
        "query",
        "readiness",
        "receive",
        "release",
        "request_id",
        "signed_path",
        "takes_long",
        "tree",
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
        """Once it is routed, with its ids in lower case: one record has one path."""
        self.signed_path = path
        """As it was sent, which is what the gateway signs."""
        self.public_base = ""
        """What a Location begins with."""
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
        self.body = b""
        self.tree: Any = None
        self.place: Place | None = None
        self.release: Callable[[], None] | None = None
        """Gives back what is held until the whole answer is sent."""
        self.gone = False
        """Whether the caller has hung up, as far as that was looked for."""
        self.takes_long = False
        """Whether a read turned out to take long, though its route does not say so."""
        self._watcher: asyncio.Task[None] | None = None
        self.unread = self.method in ("POST", "PATCH", "PUT", "DELETE")

    def watch(self) -> None:
        """From now on, cancel the task that answers when the caller hangs up: nothing more is made
        for nobody. The body must have been read."""
        if self._watcher is None:
            task = asyncio.current_task()
            assert task is not None
            self._watcher = asyncio.create_task(self._cancel_when_gone(task))

    def end(self) -> None:
        """What was held for the request is free, and nobody is watched any more."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self.release is not None:
            self.release()

    async def _cancel_when_gone(self, task: asyncio.Task[Any]) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass  # the end of a body, which some servers send where there is none
        self.gone = True
        task.cancel()

    async def read_body(self, limit: int) -> None:
        """Raises PayloadTooLarge past `limit` bytes, BadRequest when the rest never comes."""
        declared = self.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise too_large(limit)
        began = asyncio.get_running_loop().time()
        try:
            first, more = self._part(await self.body_timeouts.first(self.receive, began))
        except TimeoutError:
            self.unread = False  # nor is there anything to discard
            raise _incomplete() from None
        if declared == str(len(first)):  # servers ask for one more part, to say that it is empty
            more = self.unread = False
        whole = not more and len(first) <= min(limit, LARGE)
        self.body = first if whole else await self._rest(first, limit, began)

    async def _rest(self, first: bytes, limit: int, began: float) -> bytes:
        """Only what comes in parts has a timer: one costs more than reading most bodies."""
        try:
            async with self.body_timeouts.rest(began) as pace:
                return await self._whole_body(first, limit, pace)
        except TimeoutError:
            self.unread = False  # nor is there anything to discard
            raise _incomplete() from None

    async def _whole_body(self, first: bytes, limit: int, pace: Pace) -> bytes:
        chunks, size = [first], len(first)
        while True:
            if size > limit:
                raise too_large(limit)
            if size > LARGE and self.place is not None and not self.place.is_arriving:
                pace.pause()
                await self.place.arrive()
                pace.go_on()
            if not self.unread:
                break
            chunk, _ = await self._receive()
            pace.received(len(chunk))
            chunks.append(chunk)
            size += len(chunk)
        pace.pause()
        if self.place is not None:
            await self.place.work()
        return b"".join(chunks)

    async def discard_body(self) -> None:
        """Let a refused caller finish: many read the answer only after they have sent all, and
        would see a broken connection in its place, which a gateway takes for a 502."""
        if "Expect" in self.headers:  # who waits for a go-ahead has sent nothing yet
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

    def check_media_type(self) -> None:
        """A body is JSON in UTF-8, and not compressed; a PATCH may call it a merge patch."""
        if self.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            told = {"Accept-Encoding": "identity"}
            raise UnsupportedMediaType(details="content_encoding", headers=told)
        media, _, rest = self.headers.get("Content-Type", "").partition(";")
        if media.strip().lower() not in media_taken(self.method) or not _means_utf8(rest):
            raise not_taken(self.method)


def media_taken(method: str) -> Sequence[str]:
    """What a body may be declared as, the most exact first."""
    return _PATCH_MEDIA if method == "PATCH" else _MEDIA


def not_taken(method: str) -> UnsupportedMediaType:
    """Names what is taken: in Accept-Patch (RFC 5789), else in Accept (RFC 9110, 15.5.16)."""
    types = ", ".join(media_taken(method))
    header = "Accept-Patch" if method == "PATCH" else "Accept"
    return UnsupportedMediaType(details="media_taken", headers={header: types}, types=types)


def _incomplete() -> BadRequest:
    return BadRequest([Fault("body", "incomplete")])


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(details="payload_limit", limit=limit)


def _means_utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in ("utf-8", "utf8"):
            return False
    return True
