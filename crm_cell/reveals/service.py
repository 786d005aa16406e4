"""Whoever looks at a number in full says why, and does so only so often a day."""

from typing import Any

from crm_cell.audit import service as audit
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.entity import Entity, shown_fields
from crm_cell.kernel.errors import RateLimited
from crm_cell.reveals import store
from crm_cell.reveals.rules import without_contact_details
from crm_cell.storage.engine import Tx

DAILY = 100
_DAY_MS = 86_400_000

_limits = [DAILY]


def set_daily_limit(most: int) -> None:
    """Called once by app.py."""
    _limits[:] = [most]


async def reveal(tx: Tx, actor: Actor, entity: Entity, members: list[str], reason: str) -> None:
    """Count it and put it on record. Raises RateLimited for the rest of the day, in UTC."""
    day = tx.now // _DAY_MS
    if not await store.count(tx, actor.tenant, actor.user or "", day, _limits[0]):
        raise spent((day + 1) * _DAY_MS - tx.now)
    told: dict[str, object] = {"fields": members, "reason": _without(reason, entity)}
    await audit.record_reading(tx, actor, "revealed", entity, told)


def spent(milliseconds_left: int) -> RateLimited:
    return RateLimited(-(-milliseconds_left // 1000), message="reveals_spent")


def revealed(entity: Entity, members: list[str]) -> dict[str, Any]:
    """The full values, by their names on the wire."""
    fields = shown_fields(type(entity))
    return {member: getattr(entity, fields[member]) for member in members}


def _without(reason: str, entity: Entity) -> str:
    phones = [value for name in entity.phones if (value := getattr(entity, name))]
    emails = [value for name in entity.emails if (value := getattr(entity, name))]
    return without_contact_details(reason, phones, emails)
