"""What can be done with users."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.fields.zones import DEFAULT_ZONE
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import Conflict, Forbidden, NotFound
from crm_cell.kernel.ids import new_id
from crm_cell.kernel.masking import email_in_records
from crm_cell.kernel.messages import Message
from crm_cell.kernel.paging import PageRequest, Slice
from crm_cell.people.messages import (
    ADMINISTRATORS_ONLY,
    OWN_MEMBERS_ONLY,
    STILL_OWNS,
    USER_UNKNOWN,
)
from crm_cell.people.users import store
from crm_cell.people.users.store import ACTIVE, LEFT, User
from crm_cell.storage.engine import Reader, Tx

Owned = Callable[[Reader, str, str], Awaitable[Message | None]]
"""Of a tenant and a user: what the user still owns, in words; None where that is nothing."""

Leaves = Callable[[Tx, Actor, str], Awaitable[None]]
"""What else happens when a user leaves."""

DEFAULTS: Mapping[str, Any] = {
    "email": None,
    "status": ACTIVE,
    "locale": "zh",
    "time_zone": DEFAULT_ZONE,
}
OWN_MEMBERS = frozenset({"name", "locale", "time_zone"})
"""What users may change of themselves."""
_EVENTS = {"created": "crm.user.created", "updated": "crm.user.updated"}
_LOGGED = {
    "name": "name",
    "email": "email",
    "status": "status",
    "locale": "locale",
    "time_zone": "timeZone",
}


class UserService:
    def __init__(self, owned: Owned, leaves: Leaves | None = None) -> None:
        self._owned = owned
        self._leaves = leaves

    async def get(self, tx: Reader, tenant: str, user_id: str) -> User:
        """Raises NotFound."""
        found = await store.find(tx, tenant, user_id, tx.for_update)
        if found is None:
            raise NotFound(USER_UNKNOWN)
        return found

    async def find(self, tx: Reader, tenant: str, user_id: str) -> User | None:
        return await store.find(tx, tenant, user_id, tx.for_update)

    async def page(
        self, tx: Reader, tenant: str, status: str | None, page_request: PageRequest
    ) -> Slice[User]:
        return await store.page(tx, tenant, status, page_request)

    async def create(
        self, tx: Tx, actor: Actor, user_id: str, values: Mapping[str, Any]
    ) -> User | None:
        """None where another transaction has created the user meanwhile."""
        user = User(
            tenant_id=actor.tenant,
            id=new_id(tx.id_time),
            version=1,
            user_id=user_id,
            created_at=tx.now,
            updated_at=tx.now,
            **{**DEFAULTS, "name": user_id, **values},
        )
        if not await store.insert(tx, user):
            return None
        changes = {name: {"after": value} for name, value in _shown(user).items()}
        await self._log(tx, actor, "created", user, changes)
        return user

    async def update(self, tx: Tx, actor: Actor, before: User, changes: Mapping[str, Any]) -> User:
        """`changes` differ from `before`. Raises Conflict where somebody is to have left who still
        owns records."""
        if not changes:
            return before
        if changes.get("status") == LEFT:
            await self._require_empty_hand(tx, before)
        after = msgspec.structs.replace(
            before, **changes, version=before.version + 1, updated_at=tx.now
        )
        await store.update(tx, before, after)
        was, is_now = _shown(before), _shown(after)
        names = [_LOGGED[name] for name in changes]
        await self._log(
            tx,
            actor,
            "updated",
            after,
            {name: {"before": was[name], "after": is_now[name]} for name in names},
            [Details(after.version, names)],
        )
        if changes.get("status") == LEFT and self._leaves is not None:
            await self._leaves(tx, actor, before.user_id)
        return after

    async def _require_empty_hand(self, tx: Tx, user: User) -> None:
        owned = await self._owned(tx, user.tenant_id, user.user_id)
        if owned is not None:
            raise Conflict(STILL_OWNS, details=owned)

    async def _log(
        self,
        tx: Tx,
        actor: Actor,
        action: str,
        user: User,
        changes: Mapping[str, Any],
        details: list[Details] | None = None,
    ) -> None:
        await audit.record(tx, actor, action, [Action("user", user.user_id, user.name, changes)])
        await events.emit(tx, actor, _EVENTS[action], [_event(user)], details or [])


def require_administrator(actor: Actor) -> None:
    """Raises Forbidden. The route has asked for the scope; X-User-Id may have narrowed it."""
    if not actor.sees_all:
        raise Forbidden(ADMINISTRATORS_ONLY)


def require_may_change(
    actor: Actor, is_administrator: bool, user_id: str, changes: Mapping[str, Any]
) -> None:
    """Raises Forbidden for what users may not change of themselves, and for other users."""
    if is_administrator and actor.sees_all:
        return
    if actor.user != user_id:
        raise Forbidden(ADMINISTRATORS_ONLY)
    if not changes.keys() <= OWN_MEMBERS:
        raise Forbidden(OWN_MEMBERS_ONLY)


def _shown(user: User) -> dict[str, Any]:
    """The members that change, as the audit log shows them."""
    values = {wire: getattr(user, name) for name, wire in _LOGGED.items()}
    return values | {"email": email_in_records(user.email)}


def _event(user: User) -> dict[str, Any]:
    return {
        "userId": user.user_id,
        "tenantId": user.tenant_id,
        **_shown(user),
        "createdAt": format_time(user.created_at),
        "updatedAt": format_time(user.updated_at),
    }
