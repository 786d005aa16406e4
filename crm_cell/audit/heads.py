"""Signing where the chains end, to a file that lies elsewhere.

Who holds the database but not the key could put back an old copy of it, chains and heads and all.
What was signed in the meantime would be missing from it.
"""

import asyncio
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog

from crm_cell.audit import chain, store
from crm_cell.audit.hashing import keyed_hash
from crm_cell.audit.store import Head
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.private_files import open_private
from crm_cell.storage.engine import EVERY_TENANT, ChainKeys, Database, Reader
from crm_cell.storage.rounds import repeat

log = structlog.get_logger()


class SignedHead(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A line of the file. At that time the chain ended with that entry."""

    at: str
    tenant_id: str
    lane: int
    last_id: str
    link: str
    signature: str = ""

    def signed(self, key: bytes) -> "SignedHead":
        return msgspec.structs.replace(self, signature=self._signature(key))

    def is_genuine(self, keys: ChainKeys) -> bool:
        given = self.signature.encode()
        return any(hmac.compare_digest(given, self._signature(key).encode()) for key in keys if key)

    def _signature(self, key: bytes) -> str:
        told = (self.at, self.tenant_id, self.lane, self.last_id, self.link)
        return keyed_hash(key, b"signed", msgspec.json.encode(told)).hex()


class HeadsFile:
    """The file, and what this process has written there."""

    def __init__(self, database: Database, keys: ChainKeys, path: Path) -> None:
        self._database, self._keys, self._path = database, keys, path
        self._written: dict[tuple[str, int], str] = {}

    async def keep(self, minutes: int) -> None:
        """Sign for ever, each time that so many minutes have passed."""
        await repeat("signing", 60 * minutes, self.sign)

    async def sign(self) -> None:
        """Add the heads that have moved. Raises OSError, and Unavailable."""
        moved = [
            head
            for head in await sign(self._database, self._keys)
            if self._written.get((head.tenant_id, head.lane)) != head.last_id
        ]
        await asyncio.to_thread(_append, self._path, moved)
        self._written.update(((head.tenant_id, head.lane), head.last_id) for head in moved)


async def sign(database: Database, keys: ChainKeys) -> list[SignedHead]:
    """All heads of all tenants, but for those that are not as they were written."""

    async def unit(tx: Reader) -> tuple[int, list[Head]]:
        return tx.now, await store.all_heads(tx)

    now, heads = await database.read("audit.sign", EVERY_TENANT, unit, long=True)
    return [_signed(head, format_time(now), keys[0]) for head in heads if _holds(head, keys)]


def _append(file: Path, heads: Iterable[SignedHead]) -> None:
    """On disk when this returns."""
    lines = b"".join(msgspec.json.encode(head) + b"\n" for head in heads)
    if lines:
        descriptor = open_private(file, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "ab") as out:
            out.write(lines)
            out.flush()
            os.fsync(out.fileno())


def read(file: Path) -> list[SignedHead]:
    """Raises OSError, and ValueError for a line that is none."""
    return [
        msgspec.json.decode(line, type=SignedHead)
        for line in file.read_bytes().splitlines()
        if line.strip()
    ]


def _signed(head: Head, at: str, key: bytes) -> SignedHead:
    link = head.last_link.hex()
    return SignedHead(at, head.tenant_id, head.lane, head.last_id, link).signed(key)


def _holds(head: Head, keys: ChainKeys) -> bool:
    if chain.is_sealed(keys, head):
        return True
    log.error("audit_head_broken", tenant=head.tenant_id, lane=head.lane)
    return False
