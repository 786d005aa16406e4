"""The rules of customers: unique names, bulk creation, explanation of access."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

import msgspec

from crm_cell.customers.access import Access, AccessRule, access_rule
from crm_cell.customers.merged import store as merged
from crm_cell.customers.messages import NAME_TAKEN_BY
from crm_cell.customers.resource import Customer
from crm_cell.customers.store import CustomerStore
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    ClientError,
    Conflict,
    CrmError,
    DuplicateName,
    DuplicateSuspected,
    Merged,
)
from crm_cell.kernel.ids import new_ids
from crm_cell.people.teams import store as teams
from crm_cell.resources.service import Service, Values, Write
from crm_cell.storage.engine import Reader, Tx


class Guard(Protocol):
    """Compares a customer with the others."""

    async def watches(self, tx: Tx, actor: Actor) -> bool:
        """Whether anything is compared."""
        ...

    async def check(self, write: Write[Customer]) -> None:
        """Raises DuplicateSuspected."""
        ...


_GONE = ("get", "update", "delete", "restore", "reveal", "external_ids")


class CustomerService(Service[Customer]):
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        each: [Merged()] for each in _GONE
    } | {"create": [DuplicateSuspected()], "update": [Merged(), DuplicateSuspected()]}
    guard: Guard
    """Set by the registry: it also knows contacts."""

    def make_store(self) -> CustomerStore:
        return CustomerStore(
            self.resource, self.services.tables, search_texts=self.services.search_texts
        )

    async def missing(self, tx: Reader, actor: Actor, identifier: str | None) -> ClientError:
        """Merged where the caller may see what it was merged into."""
        try:
            if identifier is not None:
                await self.check_not_merged(tx, actor, identifier)
        except Merged as merged_into:
            return merged_into
        return self.not_found()

    async def check_not_merged(self, tx: Reader, actor: Actor, identifier: str) -> bool:
        """Whether it was merged. Raises Merged."""
        survivor = await merged.survivor_of(tx, actor.tenant, identifier)
        if survivor is not None and await self.store.find(tx, actor, survivor) is not None:
            raise Merged(survivor)
        return survivor is not None

    async def check_written(self, write: Write[Customer]) -> None:
        await self.guard.check(write)

    async def create_many(self, tx: Tx, actor: Actor, records: Sequence[Customer]) -> set[str]:
        """Raises Conflict where they are to be compared, one by one."""
        if records and await self.guard.watches(tx, actor):
            raise Conflict
        return await super().create_many(tx, actor, records)

    async def update_many(
        self, tx: Tx, actor: Actor, steps: Sequence[tuple[Customer, Customer]]
    ) -> None:
        """Raises Conflict where they are to be compared, one by one."""
        if steps and await self.guard.watches(tx, actor):
            raise Conflict
        await super().update_many(tx, actor, steps)

    async def create_new_names(
        self, tx: Tx, actor: Actor, rows: Sequence[Values]
    ) -> list[Customer | None]:
        """Create the customers whose name is free, in one statement; None where a name is taken."""
        await self.services.directory.check(tx, actor.tenant, actor.owner, "ownerId")
        ids = new_ids(tx.id_time, len(rows))
        new = [
            self.new(tx, actor, values, {}, identifier=identifier)
            for identifier, values in zip(ids, rows, strict=True)
        ]
        inserted = await self.store.insert_new(tx, new, ("name_key",))
        await self.changes.record(
            tx, actor, "created", [(None, each) for each in new if each.id in inserted]
        )
        return [each if each.id in inserted else None for each in new]

    async def access(self, tx: Reader, actor: Actor, customer_id: str, user: str | None) -> Access:
        """Explains whether `user` (None: the caller) sees the customer. Raises NotFound."""
        customer = await self.get(tx, actor, customer_id)
        user = user or actor.owner
        if user is None:
            return Access(customer, user, access_rule(customer, user, has_opportunity=False))
        alone = Actor(actor.tenant, owner=user)
        role = await self.role_of(tx, alone, customer)
        led = frozenset(await teams.reach_of(tx, actor.tenant, user))
        rule = access_rule(
            customer,
            user,
            has_opportunity=await self.store.is_shared(tx, alone, customer_id),
            role=role,
            leads=bool(led)
            and await self.store.is_readable(
                tx, msgspec.structs.replace(alone, team=led), customer_id
            ),
        )
        return Access(customer, user, rule, role if rule is AccessRule.COLLABORATOR else None)

    async def restore(self, tx: Tx, actor: Actor, identifier: str) -> Customer:
        """With the figures that follow from what is restored along with it."""
        restored = await super().restore(tx, actor, identifier)
        return await self.store.find(tx, actor, restored.id) or restored

    async def check_restorable(self, tx: Tx, actor: Actor, deleted: Customer) -> None:
        """Also raises DuplicateName. Its details name the customer that now has the name, if the
        caller may see that. Only undoing a merge restores what was merged: raises Merged, or
        NotFound."""
        if await self.check_not_merged(tx, actor, deleted.id):
            raise self.not_found()
        await super().check_restorable(tx, actor, deleted)
        holder = await self.store.first(tx, actor.tenant, {"name_key": deleted.name_key})
        if holder is not None and actor.may_see(holder.owner_id):
            raise DuplicateName(details=NAME_TAKEN_BY, name=holder.name, id=holder.id)
        if holder is not None:
            raise DuplicateName
