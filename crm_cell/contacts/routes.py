"""/contacts: the five rows of the contract."""

import msgspec

from crm_cell.contacts import service
from crm_cell.contacts.schemas import (
    ContactCreate,
    ContactPatch,
    ContactQuery,
    ContactReveal,
    ContactView,
    RevealedContactView,
    in_full,
    shown,
)
from crm_cell.http.answers import Resource
from crm_cell.http.paging import Asked, Page
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.routing import Routes
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    Conflict,
    Forbidden,
    IdempotentConflict,
    RateLimited,
    RuleViolation,
)
from crm_cell.kernel.scopes import REVEAL
from crm_cell.storage.engine import Reader, Tx

contacts = Routes("/contacts", tag="contacts", missing="contact_not_found", recheck=service.recheck)


@contacts.read("", "联系人列表")
async def list_(tx: Reader, actor: Actor, query: ContactQuery, page: Asked) -> Page[ContactView]:
    """List contacts, newest first, all or those of one customer.

    `phone` and `email` find the contacts of a number or an address, wholly given.
    """
    found = await service.list_(
        tx, actor, query.customer_id, page, phone=query.phone, email=query.email
    )
    return page.answer(found, ContactView.of)


@contacts.write(
    "POST",
    "",
    "创建联系人",
    status=201,
    refusals=[
        RuleViolation("customer_not_found"),
        RuleViolation("customer_of_colleague"),
        "CONFLICT",
    ],
)
async def create(tx: Tx, actor: Actor, body: ContactCreate) -> Resource[ContactView]:
    """Add a contact to a customer. A new primary contact takes over from the one before."""
    return shown(await service.create(tx, actor, **msgspec.structs.asdict(body)))


@contacts.read("/{contact_id}", "联系人详情")
async def get(tx: Reader, actor: Actor, contact_id: str) -> Resource[ContactView]:
    """One contact, with the phone number masked."""
    return shown(await service.get(tx, actor, contact_id))


@contacts.write(
    "PATCH",
    "/{contact_id}",
    "更新联系人",
    refusals=["CONFLICT", Forbidden("customer_of_colleague")],
)
async def update(
    tx: Tx, actor: Actor, contact_id: str, patch: Patch[ContactPatch], condition: IfMatch
) -> Resource[ContactView]:
    """Change a contact by a JSON merge patch. It stays with its customer."""
    current = await service.get_own(tx, actor, contact_id)
    condition.require(current.version)
    changes = patch.against(ContactView.of(current), current)
    return shown(await service.update(tx, actor, current, changes))


async def reveal_again(
    tx: Tx, actor: Actor, contact_id: str, body: ContactReveal
) -> Resource[RevealedContactView]:
    """What a replay is answered: seen once, and counted once."""
    return in_full(await service.get_own(tx, actor, contact_id), body.fields)


@contacts.write(
    "POST",
    "/{contact_id}/reveal",
    "查看完整联系方式",
    scope=REVEAL,
    refusals=[
        Forbidden("customer_of_colleague"),
        RateLimited(message="reveals_spent"),
        IdempotentConflict("idempotent_changed"),
    ],
    reread=reveal_again,
)
async def reveal(
    tx: Tx, actor: Actor, contact_id: str, body: ContactReveal
) -> Resource[RevealedContactView]:
    """The full telephone number or e-mail address. Each time is counted and put on record.

    A repeated request shows it again and counts once; where the record has changed since, it is
    refused.
    """
    found = await service.reveal(tx, actor, contact_id, body.fields, body.reason)
    return in_full(found, body.fields)


@contacts.write(
    "DELETE", "/{contact_id}", "删除联系人", refusals=[Forbidden("customer_of_colleague")]
)
async def delete(tx: Tx, actor: Actor, contact_id: str, condition: IfMatch) -> None:
    """Delete a contact. What mentions it stays as it is."""
    current = await service.get_own(tx, actor, contact_id)
    condition.require(current.version)
    await service.delete(tx, actor, current)


@contacts.write(
    "POST",
    "/{contact_id}/restore",
    "恢复联系人",
    refusals=[
        Conflict("restore_customer_first"),
        Conflict("restore_erased"),
        Forbidden("customer_of_colleague"),
    ],
)
async def restore(tx: Tx, actor: Actor, contact_id: str) -> Resource[ContactView]:
    """Restore a deleted contact. One that is not deleted stays as it is.

    It comes back as an ordinary contact where its customer has another primary contact by now.
    """
    return shown(await service.restore(tx, actor, contact_id))
