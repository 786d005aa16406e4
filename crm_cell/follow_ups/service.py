"""The rules of follow-ups: opportunity and contact must belong to the customer."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from crm_cell.contacts.resource import contacts
from crm_cell.customers.resource import Customer, customers
from crm_cell.follow_ups.messages import NEXT_AT, NEXT_IN_THE_PAST, NOT_YET
from crm_cell.follow_ups.resource import FollowUp
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time, parse_time
from crm_cell.kernel.errors import BadRequest, CrmError, FieldError, RuleViolation
from crm_cell.opportunities.messages import NAME_YOUR_OPPORTUNITY
from crm_cell.opportunities.resource import opportunities
from crm_cell.resources.members.declared import WRITE
from crm_cell.resources.messages import not_found, of_other_parent
from crm_cell.resources.record import R, Record
from crm_cell.resources.resource import Resource
from crm_cell.resources.service import Parents, Service, Values, Write
from crm_cell.storage.engine import Tx

_CLOCKS_DIFFER_MS = 5 * 60 * 1000
_LAST_ZONE_MS = 12 * 60 * 60 * 1000
_DAY_LENGTH = 10
_KINDS = {"call": "call", "visit": "visit"}
_REFERENCES = ("customer_id", "opportunity_id", "contact_id")
_REJECTIONS = [
    RuleViolation(not_found(customers)),
    RuleViolation(not_found(opportunities)),
    RuleViolation(not_found(contacts)),
    RuleViolation(of_other_parent(opportunities, customers)),
    RuleViolation(of_other_parent(contacts, customers)),
    RuleViolation(NAME_YOUR_OPPORTUNITY),
]


class FollowUpService(Service[FollowUp]):
    resolves_references = False
    rejections: ClassVar[Mapping[str, Sequence[str | CrmError]]] = {
        "create": _REJECTIONS,
        "update": _REJECTIONS,
    }

    async def resolve_references(self, _tx: Tx, _actor: Actor, _values: Values) -> Parents:
        """`prepare` resolves them, because the customer may follow from the other references."""
        return {}

    async def prepare(self, write: Write[FollowUp]) -> FollowUp:
        """Raises RuleViolation for references that do not exist or have different customers, and
        BadRequest for a time to come."""
        before, after = write.before, _dated(write)
        _check_next(write)
        if before is not None and not write.values.keys() & set(_REFERENCES):
            return after
        customer_id = await self._agreed_customer(write)
        owner_id = await self._owner(write, customer_id)
        after = msgspec.structs.replace(after, customer_id=customer_id, owner_id=owner_id)
        await self._check_opportunity(write, after)
        return before if before is not None and _same(before, after) else after

    async def _check_opportunity(self, write: Write[FollowUp], after: FollowUp) -> None:
        """For a colleague's customer, users who are no members of it may only add follow-ups to
        their own opportunities. Raises RuleViolation."""
        if after.opportunity_id is not None or write.actor.may_see(after.owner_id):
            return
        if await self.role_of(write.tx, write.actor, after) != WRITE:
            raise RuleViolation(NAME_YOUR_OPPORTUNITY)

    async def finish(self, write: Write[FollowUp]) -> None:
        """Plans the next contact: a task of the author."""
        planned = write.values.get("next")
        if write.before is not None or planned is None:
            return
        noted, at = write.after, planned.at
        is_day = len(at) == _DAY_LENGTH
        await self.services.named("task").create(
            write.tx,
            write.actor,
            {
                "title": planned.title,
                "kind": _KINDS.get(noted.follow_up_type, "other"),
                "due_on": at if is_day else None,
                "due_at": None if is_day else parse_time(at),
                "status": "open",
                "origin": "nextContact",
                **{name: getattr(noted, name) for name in _REFERENCES},
            },
        )

    async def _agreed_customer(self, write: Write[FollowUp]) -> str | None:
        """The given customer, else that of the opportunity or the contact."""
        tx, actor, before, given = write.tx, write.actor, write.before, write.after.customer_id
        if given is not None and (before is None or given != before.customer_id):
            await self.resolve_parent(tx, actor, customers.table, given)
        of_opportunity = await self._customer_of(write, "opportunity_id", opportunities)
        of_contact = await self._customer_of(write, "contact_id", contacts)
        customer = given or of_opportunity or of_contact
        if of_opportunity not in (None, customer):
            raise RuleViolation(of_other_parent(opportunities, customers))
        if of_contact not in (None, customer):
            raise RuleViolation(of_other_parent(contacts, customers))
        return customer

    async def _customer_of(
        self, write: Write[FollowUp], field: str, resource: Resource[R]
    ) -> str | None:
        """Unchanged references are not checked again: the record may have been deleted since."""
        before, identifier = write.before, getattr(write.after, field)
        if identifier is None:
            return None
        if field not in write.values:
            return before.customer_id if before is not None else None
        found = await self.services.of(resource).store.find(write.tx, write.actor, identifier)
        if found is None:
            raise RuleViolation(not_found(resource))
        if not await self.services.of(resource).may_refer(
            write.tx, write.actor, found, by=self.resource
        ):
            raise RuleViolation(not_found(resource))
        customer: str = found.customer_id  # type: ignore[attr-defined]  # both refer to a customer
        return customer

    async def _owner(self, write: Write[FollowUp], customer_id: str | None) -> str | None:
        """The owner of the customer or, without a customer, the caller."""
        before = write.before
        if before is not None and customer_id in (None, before.customer_id):
            return before.owner_id
        if customer_id is None:
            return write.actor.owner
        customer: Customer = await self.resolve_parent(
            write.tx, write.actor, customers.table, customer_id
        )
        return customer.owner_id

    async def restorable_with_parent(
        self, tx: Tx, parent: Record, deleted: Sequence[FollowUp]
    ) -> Sequence[FollowUp]:
        """Leaves out follow-ups of contacts whose personal data was erased."""
        if not isinstance(parent, Customer):
            return deleted
        erased = await self.services.of(contacts).store.erased_ids(
            tx, parent.tenant_id, "customer_id", parent.id
        )
        return [each for each in deleted if each.contact_id not in erased]


def _dated(write: Write[FollowUp]) -> FollowUp:
    """With the time when it happened: of a record without one, that of its creation."""
    after = write.after
    if after.followed_at is None:
        return msgspec.structs.replace(after, followed_at=after.created_at)
    if "followed_at" in write.values and after.followed_at > write.tx.now + _CLOCKS_DIFFER_MS:
        label = FollowUp.fields["followed_at"].label
        raise BadRequest([FieldError("followedAt", "value", {"text": NOT_YET}, label)])
    return after


def _check_next(write: Write[FollowUp]) -> None:
    """Raises BadRequest for a time that is over, or a day that is over even at UTC−12."""
    planned = write.values.get("next")
    if planned is None:
        return
    if len(planned.at) == _DAY_LENGTH:
        is_past = planned.at < format_time(write.tx.now - _LAST_ZONE_MS)[:_DAY_LENGTH]
    else:
        is_past = parse_time(planned.at) < write.tx.now
    if is_past:
        raise BadRequest([FieldError("next.at", "value", {"text": NEXT_IN_THE_PAST}, NEXT_AT)])


def _same(before: FollowUp, after: FollowUp) -> bool:
    """Ignores version and time."""
    ignored = {"version": before.version, "updated_at": before.updated_at}
    return msgspec.structs.replace(after, **ignored) == before
