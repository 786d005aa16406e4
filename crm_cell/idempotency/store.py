"""Idempotency keys and stored responses. A key is stored if and only if its effect is committed."""

from collections.abc import Iterable

import msgspec

from crm_cell.http.idempotency import IdempotencyRequest
from crm_cell.http.responses import Answer
from crm_cell.storage.engine import Reader, Tx

_KEY = "tenant_id = :tenant AND method = :method AND path = :path AND key = :key"
_INSERT = (
    "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at, status,"
    " body, location, etag, resource_id) VALUES (:tenant, :method, :path, :key, :fingerprint, :now,"
    " :status, :body, :location, :etag, :resource_id)"
)
# The fingerprint follows with the response; no other transaction sees the row before that.
_CLAIM = (
    "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at)"
    " VALUES (:tenant, :method, :path, :key, '', :now) ON CONFLICT DO NOTHING"
)
_UPDATE = (
    "UPDATE idempotency_keys SET fingerprint = :fingerprint, status = :status, body = :body,"
    f" location = :location, etag = :etag, resource_id = :resource_id WHERE {_KEY}"
)


GONE = 404
"""The status of a key whose response was erased. No other key has it: errors are not stored."""


class Name(msgspec.Struct, frozen=True):
    """Identifies a key within its tenant."""

    method: str
    path: str
    key: str


class Answered(msgspec.Struct, frozen=True):
    """A key without its response, for iterating over all keys."""

    name: Name
    resource_id: str | None
    created_at: int


class Stored(msgspec.Struct, frozen=True):
    """The first request with a key, and its response."""

    fingerprint: bytes
    status: int
    body: bytes
    location: str | None
    etag: str | None
    resource_id: str | None


async def claim_key(tx: Tx, claim: IdempotencyRequest) -> bool:
    """Whether the request is the key's first. A concurrent copy waits for this transaction."""
    if tx.serialized:  # a read suffices, and `save_response` inserts the whole row
        return await find(tx, claim) is None
    return bool(await tx.execute_first(_CLAIM, now=tx.now, **_names(claim)))


async def find(tx: Tx, claim: IdempotencyRequest) -> Stored | None:
    row = await tx.fetch_one(
        "SELECT fingerprint, status, body, location, etag, resource_id"
        f" FROM idempotency_keys WHERE {_KEY}",
        **_names(claim),
    )
    if row is None:
        return None
    fingerprint, status, body, *others = row
    if body:
        body = tx.cipher.decrypt_body(_about(claim), bytes(body))
    return Stored(bytes(fingerprint), status, body or b"", *others)


async def save_response(tx: Tx, claim: IdempotencyRequest, answer: Answer) -> None:
    row = {**_names(claim), **_response_columns(answer)}
    body = answer.body if answer.stored is None else answer.stored
    if claim.render_again:
        body = b""
    row["body"] = await tx.cipher.encrypt_body(tx, _about(claim), body)
    row["fingerprint"] = tx.cipher.protect_digest(claim.fingerprint)
    if tx.serialized:
        await tx.execute(_INSERT, **row, now=tx.now)
    else:
        await tx.execute_deferred(_UPDATE, **row)


def _response_columns(answer: Answer) -> dict[str, object]:
    headers = dict(answer.headers)
    return {
        "status": answer.status,
        "location": _text(headers.get(b"location")),
        "etag": _text(headers.get(b"etag")),
        "resource_id": answer.resource_id,
    }


async def page(tx: Reader, tenant: str, *, after: Name, since: int, most: int) -> list[Answered]:
    """Keys in ascending order, without responses. Leaves out erased responses."""
    rows = await tx.fetch_all(
        "SELECT method, path, key, resource_id, created_at FROM idempotency_keys"
        " WHERE tenant_id = :tenant AND (method, path, key) > (:method, :path, :key)"
        " AND created_at >= :since AND status <> :gone ORDER BY method, path, key LIMIT :most",
        tenant=tenant,
        since=since,
        gone=GONE,
        most=most,
        **msgspec.structs.asdict(after),
    )
    return [Answered(Name(*row[:3]), *row[3:]) for row in rows]


async def answer(tx: Reader, tenant: str, name: Name) -> bytes:
    """The body of the stored response; empty if there is none."""
    row = await tx.fetch_one(
        f"SELECT body FROM idempotency_keys WHERE {_KEY}",
        tenant=tenant,
        **msgspec.structs.asdict(name),
    )
    if row is None or not row[0]:
        return b""
    about = f"{name.method}\0{name.path}\0{name.key}"
    return tx.cipher.decrypt_body(about, bytes(row[0]))


async def erase_answers(tx: Tx, tenant: str, names: Iterable[Name]) -> None:
    """Erases the responses, and the fingerprints, from which short bodies could be guessed. The
    keys stay, so that no write runs twice: a replay gets NotFound."""
    await tx.execute_many(
        "UPDATE idempotency_keys SET status = :gone, body = NULL, location = NULL, etag = NULL,"
        f" fingerprint = :empty WHERE {_KEY}",
        [
            {"gone": GONE, "empty": b"", "tenant": tenant, **msgspec.structs.asdict(name)}
            for name in names
        ],
    )


async def purge(tx: Tx, before: int, limit: int) -> int:
    """Deletes up to `limit` keys from before a time and returns how many it deleted."""
    old = await tx.fetch_all(
        # every tenant: the age alone decides.
        "SELECT tenant_id, method, path, key FROM idempotency_keys"
        " WHERE created_at < :before ORDER BY created_at LIMIT :limit",
        before=before,
        limit=limit,
    )
    names = ("tenant", "method", "path", "key")
    await tx.execute_many(
        f"DELETE FROM idempotency_keys WHERE {_KEY}",
        [dict(zip(names, row, strict=True)) for row in old],
    )
    return len(old)


def _names(claim: IdempotencyRequest) -> dict[str, str]:
    return {
        "tenant": claim.actor.tenant,
        "method": claim.method,
        "path": claim.path,
        "key": claim.key,
    }


def _about(claim: IdempotencyRequest) -> str:
    return f"{claim.method}\0{claim.path}\0{claim.key}"


def _text(header: bytes | None) -> str | None:
    return header.decode() if header is not None else None
