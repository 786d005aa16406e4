"""Keys and stored answers. A key is stored if and only if its effect is committed."""

from collections.abc import Iterable

import msgspec

from crm_cell.http.answers import Answer
from crm_cell.http.once import Claim
from crm_cell.storage.engine import Reader, Tx

_KEY = "tenant_id = :tenant AND method = :method AND path = :path AND key = :key"
_INSERT = (
    "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at, status,"
    " body, location, etag, resource_id) VALUES (:tenant, :method, :path, :key, :fingerprint, :now,"
    " :status, :body, :location, :etag, :resource_id)"
)
_UPDATE = (
    "UPDATE idempotency_keys SET status = :status, body = :body, location = :location,"
    f" etag = :etag, resource_id = :resource_id WHERE {_KEY}"
)


GONE = 404
"""The status of a key whose answer has been erased. No other key has it: refusals keep none."""


class Name(msgspec.Struct, frozen=True):
    """Which of a tenant's keys it is."""

    method: str
    path: str
    key: str


class Answered(msgspec.Struct, frozen=True):
    """A key, as whoever goes through all of them sees it."""

    name: Name
    resource_id: str | None
    created_at: int


class Stored(msgspec.Struct, frozen=True):
    """What the first request with a key was, and what it was answered."""

    fingerprint: bytes
    status: int
    body: bytes
    location: str | None
    etag: str | None
    resource_id: str | None


async def claim_key(tx: Tx, claim: Claim) -> bool:
    """Whether this is the key's first request. A concurrent twin waits for this transaction."""
    if tx.alone:  # then looking is as good as inserting, and the row is written once, when whole
        return await find(tx, claim) is None
    return bool(
        await tx.run(
            "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, created_at)"
            " VALUES (:tenant, :method, :path, :key, :fingerprint, :now) ON CONFLICT DO NOTHING",
            fingerprint=tx.seals.keep_digest(claim.fingerprint),
            now=tx.now,
            **_names(claim),
        )
    )


async def find(tx: Tx, claim: Claim) -> Stored | None:
    row = await tx.one(
        "SELECT fingerprint, status, body, location, etag, resource_id"
        f" FROM idempotency_keys WHERE {_KEY}",
        **_names(claim),
    )
    if row is None:
        return None
    fingerprint, status, body, *others = row
    if body:
        body = tx.seals.open_answer(_about(claim), bytes(body))
    return Stored(bytes(fingerprint), status, body or b"", *others)


async def keep_answer(tx: Tx, claim: Claim, answer: Answer) -> None:
    row = {**_names(claim), **_kept(answer)}
    body = b"" if claim.again else answer.body
    row["body"] = await tx.seals.keep_answer(tx, _about(claim), body)
    if tx.alone:
        fingerprint = tx.seals.keep_digest(claim.fingerprint)
        await tx.run(_INSERT, **row, fingerprint=fingerprint, now=tx.now)
    else:
        await tx.run(_UPDATE, **row)


def _kept(answer: Answer) -> dict[str, object]:
    headers = dict(answer.headers)
    return {
        "status": answer.status,
        "location": _text(headers.get(b"location")),
        "etag": _text(headers.get(b"etag")),
        "resource_id": answer.resource_id,
    }


async def page(tx: Reader, tenant: str, *, after: Name, since: int, most: int) -> list[Answered]:
    """Keys in their order, without what was answered; gone answers are left out."""
    rows = await tx.all(
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
    """Nothing where none is kept."""
    row = await tx.one(
        f"SELECT body FROM idempotency_keys WHERE {_KEY}",
        tenant=tenant,
        **msgspec.structs.asdict(name),
    )
    if row is None or not row[0]:
        return b""
    about = f"{name.method}\0{name.path}\0{name.key}"
    return tx.seals.open_answer(about, bytes(row[0]))


async def erase_answers(tx: Tx, tenant: str, names: Iterable[Name]) -> None:
    """What they say, and the hash of what was asked, which somebody might guess. The keys stay, so
    that nothing happens twice: a replay finds that the answer has gone."""
    await tx.many(
        "UPDATE idempotency_keys SET status = :gone, body = NULL, location = NULL, etag = NULL,"
        f" fingerprint = :empty WHERE {_KEY}",
        [
            {"gone": GONE, "empty": b"", "tenant": tenant, **msgspec.structs.asdict(name)}
            for name in names
        ],
    )


async def purge(tx: Tx, before: int, limit: int) -> int:
    """Forget at most `limit` keys from before a moment; tells how many went."""
    old = await tx.all(
        # every tenant: old keys go by age, whoever's they are.
        "SELECT tenant_id, method, path, key FROM idempotency_keys"
        " WHERE created_at < :before ORDER BY created_at LIMIT :limit",
        before=before,
        limit=limit,
    )
    names = ("tenant", "method", "path", "key")
    await tx.many(
        f"DELETE FROM idempotency_keys WHERE {_KEY}",
        [dict(zip(names, row, strict=True)) for row in old],
    )
    return len(old)


def _names(claim: Claim) -> dict[str, str]:
    return {
        "tenant": claim.actor.tenant,
        "method": claim.method,
        "path": claim.path,
        "key": claim.key,
    }


def _about(claim: Claim) -> str:
    return f"{claim.method}\0{claim.path}\0{claim.key}"


def _text(header: bytes | None) -> str | None:
    return header.decode() if header is not None else None
