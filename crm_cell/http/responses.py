"""Types of responses, and their common headers."""

from collections.abc import AsyncGenerator, Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec

from crm_cell.storage.engine import WriteUnit

V = TypeVar("V")

Header = tuple[bytes, bytes]
JSON_TYPE: Header = (b"content-type", b"application/json")
# Granian closes the connection after a response with this header.
CLOSE: Header = (b"connection", b"close")

# On all responses except the documentation pages, which have their own. They forbid caching, and
# stop browsers from rendering a response as a page.
PROTECTION: Sequence[Header] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct):
    """A response without the common headers, which `sending` adds."""

    status: int
    body: bytes
    headers: list[Header]
    resource_id: str | None = None
    """The id of the record in the body, to authorize a replay."""
    stored: bytes | None = None
    """What replays get in place of the body, where it has what must not be stored."""
    protection: Sequence[Header] = PROTECTION


class Stream(msgspec.Struct):
    """A response whose body is generated while it is sent, in constant memory."""

    protection: ClassVar[Sequence[Header]] = PROTECTION

    chunks: AsyncGenerator[bytes, None]
    headers: list[Header]


class Resource(msgspec.Struct, Generic[V], frozen=True):
    """One object, with the id for Location and the version for ETag."""

    view: V
    id: str
    version: int
    created_at_path: str | None = None
    """Where it is from now on, if a request to another path has made it."""
    figures: int = 0
    """A checksum of what follows from other records, 0 where there is nothing."""
    in_full: bool = False
    """Whether nothing in it is masked."""
    stored: V | None = None
    """What replays are shown in place of `view`, where it has a secret that is shown once."""


class RolledBack(Exception):
    """Raised by a handler to roll back its writes but answer with `result`: a dry run. `after` runs
    in a new transaction, and may raise an error instead."""

    def __init__(self, result: object, after: WriteUnit[None] | None = None) -> None:
        super().__init__()
        self.result = result
        self.after = after
        self.answer: Answer | None = None
