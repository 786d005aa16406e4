"""What a handler gives back, and the bytes that it becomes."""

from collections.abc import AsyncGenerator, Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec

from crm_cell.storage.engine import WriteUnit

V = TypeVar("V")

Header = tuple[bytes, bytes]
JSON_TYPE: Header = (b"content-type", b"application/json")
# The server closes the connection behind an answer that says so.
CLOSE: Header = (b"connection", b"close")

# On every answer but those of the documentation pages, which bring their own. Nothing here is for a
# cache to keep or for a browser to show as a page, and an answer says no more than it has to.
PROTECTION: Sequence[Header] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct):
    """A complete response but for the headers that every response has."""

    status: int
    body: bytes
    headers: list[Header]
    resource_id: str | None = None
    """Of what the answer shows, so that a replay can be checked against who may see it."""
    protection: Sequence[Header] = PROTECTION


class Stream(msgspec.Struct):
    """A response whose body is made while it is sent, in constant memory."""

    protection: ClassVar[Sequence[Header]] = PROTECTION

    chunks: AsyncGenerator[bytes, None]
    headers: list[Header]


class Resource(msgspec.Struct, Generic[V], frozen=True):
    """One object with its id and version, from which Location and ETag are made."""

    view: V
    id: str
    version: int


class NotKept(Exception):
    """A handler's answer, with all that it wrote rolled back: a dry run. `after` is written in a
    transaction of its own, and may refuse the answer."""

    def __init__(self, result: object, after: WriteUnit[None] | None = None) -> None:
        super().__init__()
        self.result = result
        self.after = after
        self.answer: Answer | None = None
