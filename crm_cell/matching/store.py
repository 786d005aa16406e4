"""SQL of policies, and of the keys that transactions hold."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from crm_cell.matching.policy import Act, Policy
from crm_cell.storage.engine import Reader, Tx

_CLAIM = (
    "INSERT INTO duplicate_keys (tenant_id, key, term, customer_id)"
    " VALUES (:tenant, :key, :term, :customer) ON CONFLICT (tenant_id, key, term) DO NOTHING"
)


async def find_policy(tx: Reader, tenant: str) -> Policy | None:
    row = await tx.fetch_one(
        f"SELECT acts, version, updated_at FROM duplicate_policies WHERE tenant_id = :tenant"
        f"{tx.for_update}",
        tenant=tenant,
    )
    if row is None:
        return None
    return Policy(msgspec.json.decode(row[0], type=dict[str, dict[str, Act]]), row[1], row[2])


async def write_policy(tx: Tx, tenant: str, policy: Policy) -> None:
    await tx.execute(
        "INSERT INTO duplicate_policies (tenant_id, acts, version, updated_at)"
        " VALUES (:tenant, :acts, :version, :updated_at) ON CONFLICT (tenant_id) DO UPDATE SET"
        " acts = excluded.acts, version = excluded.version, updated_at = excluded.updated_at",
        tenant=tenant,
        acts=msgspec.json.encode(policy.complete).decode(),
        version=policy.version,
        updated_at=policy.updated_at,
    )


async def claim_keys(tx: Tx, tenant: str, customer: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Hold these keys until the commit, and wait for transactions that hold one of them. Returns,
    by key, the customers that are written along with this one and have held it before.

    What others commit is found once they no longer hold the key. So the rows are needed no longer
    than that, and none is left: there is nothing to follow when a customer changes, is deleted,
    merged, erased or restored, or when the policy changes.
    """
    held: dict[str, str] = {}
    # In the order of the keys, so that two transactions do not wait for each other.
    for key in sorted(keys):
        digest = sha256(f"{key}\n{keys[key]}".encode()).digest()
        term = tx.cipher.protect_digest(digest).hex()
        about = {"tenant": tenant, "key": key, "term": term}
        if not await tx.execute(_CLAIM, **about, customer=customer):
            row = await tx.fetch_one(
                "SELECT customer_id FROM duplicate_keys WHERE tenant_id = :tenant AND key = :key"
                " AND term = :term",
                **about,
            )
            if row is not None and row[0] != customer:
                held[key] = row[0]
    await tx.before_commit(_release, [tenant])
    return held


async def _release(tx: Tx, tenants: Sequence[str]) -> None:
    """Those of transactions that commit now: no others are seen."""
    for tenant in dict.fromkeys(tenants):
        await tx.execute("DELETE FROM duplicate_keys WHERE tenant_id = :tenant", tenant=tenant)
