"""The policies of tenants, for those who write customers."""

from time import monotonic
from typing import Final

from crm_cell.matching import store
from crm_cell.matching.policy import NOTHING, Policy
from crm_cell.storage.engine import Reader, Tx

# Another process may have set the first policy of a tenant.
_SECONDS: Final = 5.0
_MOST_TENANTS: Final = 4_096
_MEMO: Final = "duplicate policy"


class Policies:
    """A tenant that has never set a policy pays nothing for it: that is remembered for some
    seconds. A policy is read once in each transaction that asks for it."""

    def __init__(self) -> None:
        self._none: dict[str, float] = {}
        """By tenant, until when it need not be looked up again."""
        self._set: dict[str, float] = {}
        """Until when it has to be looked up: the write may not have been committed yet."""

    def forget(self) -> None:
        """Another database is opened."""
        self._none.clear()
        self._set.clear()

    async def of(self, tx: Reader, tenant: str) -> Policy:
        if tenant in self._none and monotonic() < self._none[tenant]:
            return NOTHING
        found: Policy | None = tx.settings.get((_MEMO, tenant))
        if found is None:
            found = await store.find_policy(tx, tenant)
            if found is None:
                self._remember(tenant)
            tx.settings[_MEMO, tenant] = found or NOTHING
        return found or NOTHING

    async def write(self, tx: Tx, tenant: str, policy: Policy) -> None:
        await store.write_policy(tx, tenant, policy)
        tx.settings.pop((_MEMO, tenant), None)
        self._none.pop(tenant, None)
        if len(self._set) >= _MOST_TENANTS:
            self.forget()
        self._set[tenant] = monotonic() + _SECONDS

    def _remember(self, tenant: str) -> None:
        now = monotonic()
        if now >= self._set.get(tenant, 0.0):
            if len(self._none) >= _MOST_TENANTS:
                self._none.clear()
            self._none[tenant] = now + _SECONDS
