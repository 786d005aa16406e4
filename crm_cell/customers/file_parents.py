"""The parent companies that rows of an import name, by id or by name."""

from typing import Any

from crm_cell.customers.refused import Refused
from crm_cell.customers.resource import customers
from crm_cell.customers.service import CustomerService
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.kernel.text import name_key
from crm_cell.resources.lineage.rules import Lineage
from crm_cell.resources.messages import not_found
from crm_cell.storage.engine import Tx

_MEMBER = "parent_id"


async def resolve_parents(
    tx: Tx,
    actor: Actor,
    service: CustomerService,
    good: dict[int, dict[str, Any]],
    refused: list[Refused],
) -> None:
    """Rows whose parent the caller does not see, or that cannot stand below it, are refused. One
    that the same file creates is not there yet."""
    lineage = service.lineage
    named = {index: row[_MEMBER] for index, row in good.items() if row.get(_MEMBER) is not None}
    if not named or lineage is None:
        return
    await lineage.lock(tx, actor.tenant)
    ids = {each.lower() for each in named.values() if is_id(each.lower())}
    readable = await service.store.find_readable(tx, actor, ids)
    names = await service.store.ids_by_title(tx, actor, set(named.values()) - ids)
    for index, given in named.items():
        found, _ = names.get(name_key(given), (None, 0))
        parent = given.lower() if given.lower() in readable else found
        try:
            await _check(tx, actor, lineage, parent)
        except BadRequest as bad:
            refused.append(Refused(index, good.pop(index)["name"], bad))
        else:
            good[index][_MEMBER] = parent


async def _check(tx: Tx, actor: Actor, lineage: Lineage, parent: str | None) -> None:
    """Raises BadRequest."""
    if parent is None:
        label = customers.fields[_MEMBER].label
        raise BadRequest([FieldError("parentId", "value", {"text": not_found(customers)}, label)])
    await lineage.check(tx, actor.tenant, None, parent)
