"""Sets the policy of a tenant."""

from typing import Final

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.kernel.actor import Actor
from crm_cell.matching import store
from crm_cell.matching.policies import Policies
from crm_cell.matching.policy import NOTHING, Policy
from crm_cell.storage.engine import Reader, Tx

RESOURCE: Final = "duplicate_policy"


class PolicyService:
    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def get(self, tx: Reader, tenant: str) -> Policy:
        return await store.find_policy(tx, tenant) or NOTHING

    async def lock(self, tx: Tx, tenant: str) -> None:
        """One change at a time."""
        await tx.lock("duplicate policy", tenant=tenant)

    async def set(self, tx: Tx, actor: Actor, before: Policy, acts: Policy) -> Policy:
        """Counts for records that are written from now on; those that are there stay."""
        was, is_now = before.complete, acts.complete
        if before.version and was == is_now:
            return before
        after = Policy(is_now, before.version + 1, tx.now)
        await self._policies.write(tx, actor.tenant, after)
        changes = {
            key: {"before": was[key], "after": is_now[key]}
            for key in was
            if was[key] != is_now[key]
        }
        await audit.record(tx, actor, "updated", [Action(RESOURCE, RESOURCE, None, changes)])
        return after
