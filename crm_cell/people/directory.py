"""Whether an owner is a user: for those who write records."""

from time import monotonic
from typing import Literal

from crm_cell.kernel.errors import RuleViolation
from crm_cell.people.messages import USER_AT, USER_LEFT, USER_UNKNOWN
from crm_cell.people.users import store
from crm_cell.people.users.store import ACTIVE
from crm_cell.storage.engine import Reader

Mode = Literal["auto", "open", "registered"]

# Another process may have created the first user of a tenant.
_SECONDS = 5.0
_MOST_TENANTS = 4_096


class Directory:
    """`auto`: owners are users as soon as the tenant has any; `open`: never; `registered`: always.

    A tenant without users pays nothing for it: that it has none is remembered for some seconds.
    """

    def __init__(self, mode: Mode = "auto") -> None:
        self._mode = mode
        self._checked: dict[str, float] = {}
        """By tenant, until when it need not be asked again whether it has users."""

    def forget(self) -> None:
        """Another database is opened."""
        self._checked.clear()

    def has_users(self, tenant: str) -> None:
        """It has got one."""
        self._checked.pop(tenant, None)

    async def check(self, tx: Reader, tenant: str, owner: str | None, member: str) -> None:
        """Raises RuleViolation for an owner who is no user, or has left. `member` is what names
        the owner."""
        if owner is None or self._mode == "open" or self._has_none(tenant):
            return
        status = await store.status_of(tx, tenant, owner)
        if status == ACTIVE or (status is None and not await self._is_enforced(tx, tenant)):
            return
        message = USER_UNKNOWN if status is None else USER_LEFT
        raise RuleViolation(message, details=USER_AT, member=member, user=owner)

    def _has_none(self, tenant: str) -> bool:
        return monotonic() < self._checked.get(tenant, 0.0)

    async def _is_enforced(self, tx: Reader, tenant: str) -> bool:
        if self._mode == "registered" or await store.any_of(tx, tenant):
            return True
        if len(self._checked) >= _MOST_TENANTS:
            self._checked.clear()
        self._checked[tenant] = monotonic() + _SECONDS
        return False
