"""Verifies the hash chains of a tenant, entry by entry."""

from collections.abc import Callable, Mapping

import msgspec

from crm_cell.audit import chain, store
from crm_cell.audit.register import checking
from crm_cell.audit.register import store as registered
from crm_cell.audit.store import Entry, Head
from crm_cell.storage.engine import NO_KEYS, ChainKeys, Reader

_PAGE = 5_000

Place = tuple[int, str]
"""A shard, and the id of an entry in it."""


class Fault(msgspec.Struct, frozen=True):
    """A fault in the audit log. `what` is a message for people."""

    shard: int | None
    entry_id: str = ""
    what: str = ""


class Verdict(msgspec.Struct, frozen=True):
    tenant: str
    entries: int
    redacted: int
    """Entries whose contents have been erased; their hashes are valid."""
    unchained: int
    """Entries from before there was a chain."""
    unkeyed: int
    """Entries that were chained without a key, which anyone could forge."""
    unkeyed_heads: list[int]
    """Shards whose head has no key although there is one: the whole chain might be forged."""
    faults: list[Fault]
    cut_id: str = ""
    """The newest entry that retention has removed."""
    is_register_unkeyed: bool = False
    """The tenant's row in the register has no key although there is one."""


async def verify(
    tx: Reader,
    tenant: str,
    keys: ChainKeys,
    signed: Mapping[Place, bytes],
    on_entries: Callable[[int], None],
) -> Verdict:
    """Verify on one snapshot. `keys` are those of the database. `signed` are hashes of entries
    that were signed at the end of their shard: they must still exist."""
    return await Walk(tenant, keys, signed, on_entries).finish(tx)


class _ShardState:
    """The position of the verification in a shard."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.last_id, self.last_hash = head.cut_id, head.cut_hash
        self.key: bytes | None = None
        """The key of the last valid entry."""


class Walk:
    """Goes through all chains of a tenant at once, in the order of ids."""

    def __init__(
        self,
        tenant: str,
        keys: ChainKeys,
        signed: Mapping[Place, bytes],
        on_entries: Callable[[int], None],
    ) -> None:
        self._tenant = tenant
        # Anyone can forge a chain without a key, so such entries are valid only at the beginning.
        self._keys = tuple(key for key in keys if key)
        self._shards: dict[int, _ShardState] = {}
        self._signed = dict(signed)
        self._on_entries = on_entries
        self._last_id = ""
        self.entries = self.redacted = self.unchained = self.unkeyed = 0
        self.unkeyed_heads: list[int] = []
        self.faults: list[Fault] = []
        self.cut_id = ""

    async def step(self, tx: Reader, before: str | None = None) -> bool:
        """Verify the next entries with lower ids than `before`. Returns False if there are none."""
        self._take_heads(await store.heads(tx, self._tenant))
        entries = await store.entries(tx, self._tenant, self._last_id, _PAGE)
        if before is not None:
            entries = [entry for entry in entries if entry.id < before]
        for entry in entries:
            self._check_entry(entry)
        if entries:
            self._last_id = entries[-1].id
            self._on_entries(len(entries))
        return bool(entries)

    async def finish(self, tx: Reader) -> Verdict:
        """Verify the remaining entries and the heads on one snapshot."""
        heads = await store.heads(tx, self._tenant)
        self._take_heads(heads)
        for head in heads:
            self._check_mac(head)
        while await self.step(tx):
            pass
        self._end()
        row = await registered.find(tx, self._tenant)
        verdict = self._verdict(checking.missing_shards(row, self._keys, self._shards))
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
            self.redacted,
            self.unchained,
            self.unkeyed,
            self.unkeyed_heads,
            [*self.faults, *of_register],
            self.cut_id,
            register.is_unkeyed,
        )

    def _take_heads(self, heads: list[Head]) -> None:
        """Use the current heads. A shard begins where its first read head says."""
        for head in heads:
            self._shards.setdefault(head.shard, _ShardState(head)).head = head

    def _check_mac(self, head: Head) -> None:
        if chain.is_authentic(self._keys or NO_KEYS, head):
            self.cut_id = max(self.cut_id, head.cut_id)
            return
        if not chain.is_authentic(NO_KEYS, head):
            self._fault(
                head.shard,
                head.last_id,
                "the head of the chain is not as it was written, or is under another key",
            )
        elif self._keys:
            self.unkeyed_heads.append(head.shard)

    def _check_entry(self, entry: Entry) -> None:
        self.entries += 1
        self.redacted += entry.redacted is not None
        if entry.shard is None or entry.hash is None:
            self._check_unchained(entry)
            return
        shard = self._shards.get(entry.shard)
        if shard is None:
            self._fault(entry.shard, entry.id, "the chain of this entry has no head")
            shard = self._shards[entry.shard] = _ShardState(Head(entry.tenant_id, entry.shard))
        self._check_hash(shard, entry)
        shard.last_id, shard.last_hash = entry.id, entry.hash
        if self._signed.get((entry.shard, entry.id)) == entry.hash:
            del self._signed[entry.shard, entry.id]

    def _check_unchained(self, entry: Entry) -> None:
        if self.entries - 1 > self.unchained:
            self._fault(None, entry.id, "the entry is in no chain, and came when there was one")
        self.unchained += 1

    def _check_hash(self, shard: _ShardState, entry: Entry) -> None:
        key = chain.key_of(self._candidates(shard), entry, shard.last_hash)
        if key is None:
            self._fault(
                entry.shard,
                entry.id,
                "the entry, or what came before it, is not as it was written",
            )
            return
        shard.key = key
        self.unkeyed += not key

    def _candidates(self, shard: _ShardState) -> ChainKeys:
        """The keys to try: first that of the previous entry, which is mostly the right one."""
        return (shard.key or b"", *self._keys)

    def _end(self) -> None:
        for shard in self._shards.values():
            head = shard.head
            if head.mac and (shard.last_id, shard.last_hash) != (head.last_id, head.last_hash):
                self._fault(head.shard, head.last_id, "the chain does not end where its head says")
        for (number, identifier), _ in sorted(self._signed.items()):
            at = self._shards.get(number)
            if at is None or identifier > at.head.cut_id:
                self._fault(number, identifier, "the entry was signed, and is not there any more")

    def _fault(self, shard: int | None, entry_id: str, what: str) -> None:
        self.faults.append(Fault(shard, entry_id, what))
