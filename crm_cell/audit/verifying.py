"""Going through the chains of a tenant, link by link."""

from collections.abc import Callable, Mapping

import msgspec

from crm_cell.audit import chain, store
from crm_cell.audit.register import checking
from crm_cell.audit.register import store as registered
from crm_cell.audit.store import Entry, Head
from crm_cell.storage.engine import NO_KEYS, ChainKeys, Reader

_PAGE = 5_000

Place = tuple[int, str]
"""A lane, and the id of an entry in it."""


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it was written; `what` says so to a person."""

    lane: int | None
    entry_id: str = ""
    what: str = ""


class Verdict(msgspec.Struct, frozen=True):
    tenant: str
    entries: int
    wiped: int
    """Their contents have been erased; their place in the chain holds."""
    unchained: int
    """From before there was a chain."""
    unkeyed: int
    """Chained without a key, which anybody could have done."""
    unsealed: list[int]
    """Lanes whose head is without a key, though there is one: all of such a chain might be anew."""
    faults: list[Fault]
    cut_id: str = ""
    """The newest entry that retention has removed."""
    is_register_unsealed: bool = False
    """The tenant's lanes are registered without the key, though there is one."""


async def verify(
    tx: Reader,
    tenant: str,
    keys: ChainKeys,
    signed: Mapping[Place, bytes],
    on_entries: Callable[[int], None],
) -> Verdict:
    """`keys` as the database has them. `signed` are links that were signed when they were the last
    of their lanes: they have to be there still."""
    return await Walk(tenant, keys, signed, on_entries).finish(tx)


class _Lane:
    """Where the walk stands in a lane."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.last_id, self.last_link = head.cut_id, head.cut_link
        self.key: bytes | None = None
        """The key of the last entry that fitted."""


class Walk:
    """Along all chains of a tenant at once, in the order of ids."""

    def __init__(
        self,
        tenant: str,
        keys: ChainKeys,
        signed: Mapping[Place, bytes],
        on_entries: Callable[[int], None],
    ) -> None:
        self._tenant = tenant
        # Without a key anybody makes a chain that fits: it is taken for one only in the beginning.
        self._keys = tuple(key for key in keys if key)
        self._lanes: dict[int, _Lane] = {}
        self._signed = dict(signed)
        self._on_entries = on_entries
        self._last_id = ""
        self.entries = self.wiped = self.unchained = self.unkeyed = 0
        self.unsealed: list[int] = []
        self.faults: list[Fault] = []
        self.cut_id = ""

    async def step(self, tx: Reader, before: str | None = None) -> bool:
        """Look at the next entries, of those with lower ids than `before`; False where there are
        none."""
        self._take_heads(await store.heads(tx, self._tenant))
        entries = await store.entries(tx, self._tenant, self._last_id, _PAGE)
        if before is not None:
            entries = [entry for entry in entries if entry.id < before]
        for entry in entries:
            self._see(entry)
        if entries:
            self._last_id = entries[-1].id
            self._on_entries(len(entries))
        return bool(entries)

    async def finish(self, tx: Reader) -> Verdict:
        """Look at what is left and at the ends, all on one snapshot."""
        heads = await store.heads(tx, self._tenant)
        self._take_heads(heads)
        for head in heads:
            self._check_seal(head)
        while await self.step(tx):
            pass
        self._end()
        row = await registered.find(tx, self._tenant)
        verdict = self._verdict(checking.lanes_gone(row, self._keys, self._lanes))
        counted = await store.count_all(tx, self._tenant)
        if not verdict.faults and counted != self.entries:
            what = f"the counters tell of {counted} entries, and {self.entries} are there"
            return msgspec.structs.replace(verdict, faults=[Fault(None, what=what)])
        return verdict

    def _verdict(self, register: checking.State) -> Verdict:
        of_register = [Fault(None, what=fault) for fault in register.faults]
        return Verdict(
            self._tenant,
            self.entries,
            self.wiped,
            self.unchained,
            self.unkeyed,
            self.unsealed,
            [*self.faults, *of_register],
            self.cut_id,
            register.is_unsealed,
        )

    def _take_heads(self, heads: list[Head]) -> None:
        """As they are now. A lane begins where its head said at first."""
        for head in heads:
            self._lanes.setdefault(head.lane, _Lane(head)).head = head

    def _check_seal(self, head: Head) -> None:
        if chain.is_sealed(self._keys or NO_KEYS, head):
            self.cut_id = max(self.cut_id, head.cut_id)
            return
        if not chain.is_sealed(NO_KEYS, head):
            self._fault(
                head.lane,
                head.last_id,
                "the head of the chain is not as it was written, or is under another key",
            )
        elif self._keys:
            self.unsealed.append(head.lane)

    def _see(self, entry: Entry) -> None:
        self.entries += 1
        self.wiped += entry.wiped is not None
        if entry.lane is None or entry.link is None:
            self._see_unchained(entry)
            return
        lane = self._lanes.get(entry.lane)
        if lane is None:
            self._fault(entry.lane, entry.id, "the chain of this entry has no head")
            lane = self._lanes[entry.lane] = _Lane(Head(entry.tenant_id, entry.lane))
        self._check_link(lane, entry)
        lane.last_id, lane.last_link = entry.id, entry.link
        if self._signed.get((entry.lane, entry.id)) == entry.link:
            del self._signed[entry.lane, entry.id]

    def _see_unchained(self, entry: Entry) -> None:
        if self.entries - 1 > self.unchained:
            self._fault(None, entry.id, "the entry is in no chain, and came when there was one")
        self.unchained += 1

    def _check_link(self, lane: _Lane, entry: Entry) -> None:
        key = chain.key_of(self._candidates(lane), entry, lane.last_link)
        if key is None:
            self._fault(
                entry.lane,
                entry.id,
                "the entry, or what came before it, is not as it was written",
            )
            return
        lane.key = key
        self.unkeyed += not key

    def _candidates(self, lane: _Lane) -> ChainKeys:
        """The key of the entry before first: it is mostly that of this one too."""
        return (lane.key or b"", *self._keys)

    def _end(self) -> None:
        for lane in self._lanes.values():
            head = lane.head
            if head.seal and (lane.last_id, lane.last_link) != (head.last_id, head.last_link):
                self._fault(head.lane, head.last_id, "the chain does not end where its head says")
        for (number, identifier), _ in sorted(self._signed.items()):
            at = self._lanes.get(number)
            if at is None or identifier > at.head.cut_id:
                self._fault(number, identifier, "the entry was signed, and is not there any more")

    def _fault(self, lane: int | None, entry_id: str, what: str) -> None:
        self.faults.append(Fault(lane, entry_id, what))
