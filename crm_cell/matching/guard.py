"""Compares a customer that is written with the others, as the policy of its tenant says.

It is compared after it is written: a name that is taken is refused as such, and another
transaction that writes the same at the same moment either waits for this one or is found by it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_cell.customers.resource import Customer, customers
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import DuplicateSuspected, RateLimited
from crm_cell.matching import store
from crm_cell.matching.keys import keys_of, wanted_of
from crm_cell.matching.matcher import MOST_MATCHES, Found, Matcher
from crm_cell.matching.policies import Policies
from crm_cell.matching.policy import BLOCK
from crm_cell.matching.schemas import DuplicateView
from crm_cell.matching.showing import Showing, verdict_of
from crm_cell.resources.service import Write
from crm_cell.resources.services import Services
from crm_cell.resources.warnings import MatchView, WarningView, warn
from crm_cell.reveals import duplicate_checks
from crm_cell.reveals.rules import without_contact_details
from crm_cell.storage.engine import Tx


class DuplicateGuard:
    """Of the services of one process."""

    def __init__(self, services: Services) -> None:
        self.policies = Policies()
        self._matcher = Matcher(services)
        self._showing = Showing(services)
        self._customers = services.of(customers)
        self._most_checks = services.limits.duplicate_checks_per_day

    async def watches(self, tx: Tx, actor: Actor) -> bool:
        """Whether anything is compared."""
        policy = await self.policies.of(tx, actor.tenant)
        return bool(policy.version and policy.watched(actor.channel))

    async def check(self, write: Write[Customer]) -> None:
        """Raises DuplicateSuspected, and notes what to warn of."""
        policy = await self.policies.of(write.tx, write.actor.tenant)
        if not policy.version:
            return
        watched = policy.watched(write.actor.channel)
        before = {} if write.before is None else keys_of(write.before)
        keys = {
            key: value
            for key, value in keys_of(write.after).items()
            if key in watched and before.get(key) != value
        }
        if keys:
            blocking = {key: value for key, value in keys.items() if watched[key] == BLOCK}
            await self._compare(write, keys, blocking)

    async def _compare(
        self, write: Write[Customer], keys: Mapping[str, str], blocking: Mapping[str, str]
    ) -> None:
        tx, actor = write.tx, write.actor
        held = dict[str, str]()
        if blocking and actor.allow_duplicate is None:
            held = await store.claim_keys(tx, actor.tenant, write.after.id, blocking)
        wanted = wanted_of(write.after, keys)
        found = await self._matcher.find(tx, actor.tenant, wanted, keys)
        found = await self._with_held(tx, actor.tenant, found, held)
        blocked = [each for each in found if not blocking.keys().isdisjoint(each.matched_by)]
        others = [each for each in found if each not in blocked]
        if blocked and actor.allow_duplicate is None:
            shown = [*blocked, *others][:MOST_MATCHES]
            raise await self._refusal(tx, actor, list(keys), shown)
        if blocked:
            await self._record_allowed(write, blocked)
        if others:
            await self._warn(tx, actor, write.after, others[:MOST_MATCHES])

    async def _with_held(
        self, tx: Tx, tenant: str, found: list[Found], held: Mapping[str, str]
    ) -> list[Found]:
        """With the customers that are written in the same transaction, whose names are not in the
        search index yet."""
        known = {each.record.id: each for each in found}
        missing = sorted(set(held.values()) - known.keys())
        for record in await self._customers.store.find_many(tx, Actor(tenant), missing):
            known[record.id] = Found(record, [])
        for key, customer in held.items():
            if customer in known and key not in known[customer].matched_by:
                known[customer].matched_by.append(key)
        return sorted(
            (each for each in known.values() if each.matched_by), key=lambda each: each.rank
        )

    async def _refusal(
        self, tx: Tx, actor: Actor, keys: Sequence[str], found: Sequence[Found]
    ) -> DuplicateSuspected:
        matches = await self._showing.of(tx, actor, found)

        async def count(after: Tx) -> None:
            """It has shown what a check would have shown. Raises RateLimited."""
            await duplicate_checks.count(after, actor, self._most_checks)
            await duplicate_checks.record(
                after,
                actor,
                customers.name,
                keys=keys,
                verdict=verdict_of(matches),
                matches=len(matches),
            )

        return DuplicateSuspected([DuplicateView.of(each) for each in matches], count)

    async def _record_allowed(self, write: Write[Customer], found: Sequence[Found]) -> None:
        customer, actor = write.after, write.actor
        phones = [customer.contact_phone] if customer.contact_phone else []
        emails = [customer.contact_email] if customer.contact_email else []
        details: dict[str, Any] = {
            "reason": without_contact_details(actor.allow_duplicate or "", phones, emails),
            "keys": sorted({key for each in found for key in each.matched_by}),
            "matches": len(found),
        }
        log = self._customers.changes
        await log.record_read(write.tx, actor, "allowed_duplicate", customer, details)

    async def _warn(self, tx: Tx, actor: Actor, customer: Customer, found: Sequence[Found]) -> None:
        """Nothing, where the caller has asked as often as they may for today."""
        try:
            await duplicate_checks.count(tx, actor, self._most_checks)
        except RateLimited:
            return
        matches = await self._showing.of(tx, actor, found)
        shown = [
            MatchView(
                type=each.type,
                id=each.id,
                matched_by=list(each.matched_by),
                can_open=each.can_open,
            )
            for each in matches
        ]
        if shown:
            warn(tx, customer.id, WarningView(code=DuplicateSuspected.code, matches=shown))


def policies_of(services: Services) -> Policies:
    guard = services.get(CustomerService).guard
    assert isinstance(guard, DuplicateGuard), "the registry has set it"
    return guard.policies
