"""New keys for everything, while requests go on.

Per tenant: new keys are made and the old ones retired, in one transaction that waits for whoever
writes under the old. From then on nothing new comes under these, so one way through the rows leaves
none under them. Whatever is interrupted goes on where it was: keys that are not complete tell what
is left to do. Retired keys are deleted when the answers that are stored under them have gone.
"""

import asyncio
from collections.abc import Callable

import msgspec

from crm_cell.secrets import store
from crm_cell.secrets.database import SealedDatabase
from crm_cell.secrets.keyless import LOOK_SECONDS
from crm_cell.secrets.seals import TenantSeals
from crm_cell.secrets.store import Wrapped
from crm_cell.storage.engine import EVERY_TENANT, Reader, Tx
from crm_cell.storage.seals import SealedTable

# As many rows as are written in a few hundredths of a second, for which others wait.
_ROWS = 500
# The service, waiting for a file's lock, tries every 10 ms.
_PAUSE_SECONDS = 0.02


class Rotated(msgspec.Struct):
    """What came of it."""

    rewrapped: int = 0
    """Keys of tenants that are now under the installation's new one."""
    tenants: int = 0
    rows: int = 0
    finished: bool = False
    """It brought to its end what an earlier rotation had left, or what had lain open."""


class Interfered(Exception):
    """Another rotation is under way."""


class Rotation:
    def __init__(
        self,
        database: SealedDatabase,
        *,
        on_total: Callable[[int], None] = lambda _: None,
        on_rows: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`on_total` hears how many rows there are to go through, `on_rows` how many it went."""
        self._database = database
        self._on_total = on_total
        self._on_rows = on_rows
        self._turns_on = False
        self._alone = False
        self.came_to = Rotated()

    async def run(self, *, master_only: bool = False) -> Rotated:
        """Raises Interfered."""
        tenants = await self._database.read(
            "keys.tenants",
            EVERY_TENANT,
            lambda tx: store.tenants(tx, self._database.tables),
            long=True,
        )
        seals = {tenant: await self._rewrapped(tenant) for tenant in tenants}
        self._turns_on = all(each.current is None for each in seals.values())
        if not master_only:
            todo = _todo(seals)
            self.came_to.finished = len(todo) < len(seals) or not all(
                each.complete for each in todo
            )
            self._on_total(sum([await self._count(each.tenant) for each in todo]))
            for each in todo:
                await self._rotate(each)
        return self.came_to

    async def _rewrapped(self, tenant: str) -> TenantSeals:
        """The tenant's keys, all of them under the installation's current one."""
        masters = self._database.masters

        async def unit(tx: Tx) -> list[Wrapped]:
            stored = await store.keys(tx, tenant)
            old = [wrapped for wrapped in stored if wrapped.master != masters.name]
            self._alone = tx.alone
            for wrapped in old:
                await store.rewrap(tx, masters.rewrapped(wrapped))
            return old

        self.came_to.rewrapped += len(await self._database.write("keys.rewrap", tenant, unit))
        return await self._database.load(tenant)

    async def _rotate(self, seals: TenantSeals) -> None:
        if seals.current is None:
            seals = await self._database.make_keys(seals.tenant)
            await self._let_others_notice()
        elif seals.complete:
            seals = await self._new_keys(seals.tenant, seals.current)
        number = seals.current
        assert number is not None, "they were made"
        for table in self._database.tables:
            await self._go_through(seals.tenant, number, table)
        await self._finish(seals.tenant, number)
        self.came_to.tenants += 1

    async def _let_others_notice(self) -> None:
        """A process without the key writes in the open until it notices that there are keys. On
        SQLite it notices in its own transaction."""
        if self._turns_on and not self._alone:
            await asyncio.sleep(2 * LOOK_SECONDS)
        self._turns_on = False

    async def _new_keys(self, tenant: str, before: int) -> TenantSeals:
        made = self._database.masters.new_keys(tenant, before + 1, complete=False)

        async def unit(tx: Tx) -> None:
            await _hold(tx, tenant, before)
            await store.retire(tx, tenant)
            await store.add(tx, made)

        await self._database.write("keys.renew", tenant, unit)
        return await self._database.load(tenant)

    async def _go_through(self, tenant: str, number: int, table: SealedTable) -> None:
        after = ""
        while True:
            seen, last = await self._database.write(
                "keys.rotate",
                tenant,
                lambda tx, after=after: _reseal(tx, number, table, after),  # type: ignore[misc]
                long=True,
            )
            self._on_rows(seen)
            self.came_to.rows += seen
            if last is None:
                return
            after = last
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _finish(self, tenant: str, number: int) -> None:
        async def unit(tx: Tx) -> None:
            await _hold(tx, tenant, number)
            await store.complete(tx, tenant, number)

        await self._database.write("keys.complete", tenant, unit)

    async def _count(self, tenant: str) -> int:
        async def unit(tx: Reader) -> int:
            return sum([await store.count(tx, tenant, table) for table in self._database.tables])

        return await self._database.read("keys.count", tenant, unit, long=True)


def _todo(seals: dict[str, TenantSeals]) -> list[TenantSeals]:
    """What lies open comes first, and alone. Then what an earlier rotation left: it went by the
    order of tenants, so those before the one that it was at are done."""
    lying_open = [each for each in seals.values() if not each.complete and not each.is_interrupted]
    if lying_open:
        return lying_open
    interrupted = [tenant for tenant, each in seals.items() if each.is_interrupted]
    first = min(interrupted, default="")
    return [each for tenant, each in seals.items() if tenant >= first]


async def _hold(tx: Tx, tenant: str, number: int) -> None:
    if not await store.hold(tx, tenant, number):
        raise Interfered


async def _reseal(tx: Tx, number: int, table: SealedTable, after: str) -> tuple[int, str | None]:
    """Some rows more: how many they were, and the last, after which to go on."""
    seals = tx.seals
    assert isinstance(seals, TenantSeals), "the database is a sealed one"
    if seals.current != number:
        raise Interfered
    rows = await store.batch(tx, seals.tenant, table, after, _ROWS)
    old = [row for row in rows if not all(map(seals.is_current, row[2:]))]
    if old:
        opened = [seals.opened(table, row) for row in old]
        await store.replace(tx, table, await seals.keep(tx, table, opened))
    return len(rows), rows[-1][1] if len(rows) == _ROWS else None
