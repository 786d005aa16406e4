"""Writes signed chain heads to a file outside the database.

Someone with access to the database but without the key could restore an old copy of it, including
chains and heads. Entries that were signed since then would be missing from it.
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
from crm_cell.storage.background import run_periodically
from crm_cell.storage.engine import EVERY_TENANT, ChainKeys, Database, Reader

log = structlog.get_logger()


class SignedHead(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A line of the file: at that time the chain ended with that entry."""

    at: str
    tenant_id: str
    shard: int = msgspec.field(name="lane")
    last_id: str
    hash: str = msgspec.field(name="link")
    signature: str = ""

    def signed(self, key: bytes) -> "SignedHead":
        return msgspec.structs.replace(self, signature=self._signature(key))

    def is_genuine(self, keys: ChainKeys) -> bool:
        given = self.signature.encode()
        return any(hmac.compare_digest(given, self._signature(key).encode()) for key in keys if key)

    def _signature(self, key: bytes) -> str:
        details = (self.at, self.tenant_id, self.shard, self.last_id, self.hash)
        return keyed_hash(key, b"signed", msgspec.json.encode(details)).hex()


class HeadsFile:
    """The file, and the heads that this process has written to it."""

    def __init__(self, database: Database, keys: ChainKeys, path: Path) -> None:
        self._database, self._keys, self._path = database, keys, path
        self._written: dict[tuple[str, int], str] = {}

    async def sign_periodically(self, minutes: int) -> None:
        """Sign soon, and then every `minutes` minutes until cancelled."""
        await run_periodically("signing", 60 * minutes, self.sign)

    async def sign(self) -> None:
        """Append the heads that have changed. Raises OSError and Unavailable."""
        moved = [
            head
            for head in await sign(self._database, self._keys)
            if self._written.get((head.tenant_id, head.shard)) != head.last_id
        ]
        await asyncio.to_thread(_append, self._path, moved)
        self._written.update(((head.tenant_id, head.shard), head.last_id) for head in moved)


async def sign(database: Database, keys: ChainKeys) -> list[SignedHead]:
    """All heads of all tenants, except those with an invalid MAC."""

    async def unit(tx: Reader) -> tuple[int, list[Head]]:
        return tx.now, await store.all_heads(tx)

    now, heads = await database.read("audit.sign", EVERY_TENANT, unit, long=True)
    return [_signed(head, format_time(now), keys[0]) for head in heads if _holds(head, keys)]


def _append(file: Path, heads: Iterable[SignedHead]) -> None:
    """The lines are on disk when this returns."""
    lines = b"".join(msgspec.json.encode(head) + b"\n" for head in heads)
    if lines:
        descriptor = open_private(file, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "ab") as out:
            out.write(lines)
            out.flush()
            os.fsync(out.fileno())


def read(file: Path) -> list[SignedHead]:
    """Raises OSError, and ValueError for an invalid line."""
    return [
        msgspec.json.decode(line, type=SignedHead)
        for line in file.read_bytes().splitlines()
        if line.strip()
    ]


def _signed(head: Head, at: str, key: bytes) -> SignedHead:
    last_hash = head.last_hash.hex()
    return SignedHead(at, head.tenant_id, head.shard, head.last_id, last_hash).signed(key)


def _holds(head: Head, keys: ChainKeys) -> bool:
    if chain.is_authentic(keys, head):
        return True
    log.error("audit_head_broken", tenant=head.tenant_id, lane=head.shard)
    return False
