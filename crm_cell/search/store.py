"""The search index in SQL: `search_entries`, and on SQLite the terms in `search_terms` beside it.

PostgreSQL shows all of `search_entries` to any SELECT of a request, see decision 36. So every
statement names the tenant itself, and reads no other table with it.
"""

from collections.abc import Sequence

import msgspec

from crm_cell.search.name_core import name_core
from crm_cell.search.query import Condition
from crm_cell.search.terms import core_term, hash_of, name_hashes, name_terms, scope, text_terms
from crm_cell.storage.engine import EVERY_TENANT, Database, Reader, Tx

Key = tuple[str, str, str]
"""Tenant, kind and record."""
Place = int | str
"""Where in the order of the index, which is that of creation, a candidate stands."""


class Entry(msgspec.Struct, frozen=True):
    """Under what a record is found."""

    tenant: str
    kind: str
    record: str
    names: Sequence[str] = ()
    texts: Sequence[str] = ()
    """Longer ones."""
    terms: Sequence[str] = ()
    """Others, as they are."""
    companies: Sequence[str] = ()
    """Names of companies, which are found in other spellings too."""
    removed: bool = False
    is_new: bool = False
    """The record has none yet: it need not be looked for."""

    @property
    def key(self) -> "Key":
        return self.tenant, self.kind, self.record

    # Terms are made for all entries that share a commit, one after the other: in the middle of
    # other work it takes three times as long.

    @property
    def document(self) -> str:
        """All terms."""
        scoped = scope(self.tenant, self.kind)
        found = [piece for name in self.names for piece in name_terms(scoped, name)]
        return " ".join(found + self._others(scoped))

    @property
    def hashes(self) -> list[int]:
        """Of the same, each once."""
        scoped = scope(self.tenant, self.kind)
        found = set(map(hash_of, self._others(scoped)))
        return list(found.union(*[name_hashes(scoped, name) for name in self.names]))

    def _others(self, scoped: str) -> list[str]:
        found = [piece for text in self.texts for piece in text_terms(scoped, text)]
        found += [scoped + core_term(name_core(name)) for name in self.companies]
        return found + [scoped + term for term in self.terms]


class Candidate(msgspec.Struct, frozen=True):
    record: str
    place: Place


_KEY = "tenant_id = :tenant AND kind = :kind AND record_id = :record"

# Numbers are given here. RETURNING and OR REPLACE take longer the larger the file is, and INSERT …
# SELECT, which could write the terms of an entry with its number, three times as long as both.
# every tenant: numbers are those of the file
_LAST_NUMBER = "SELECT max(entry) FROM search_entries"
# every tenant: the same
_COUNT_BEHIND = "SELECT count(*) FROM search_entries WHERE entry > :last"
_NUMBER = f"SELECT entry FROM search_entries WHERE {_KEY}"
_ADD = """
INSERT INTO search_entries (tenant_id, kind, record_id, entry)
VALUES (:tenant, :kind, :record, :entry) ON CONFLICT DO NOTHING
"""
# every tenant: the number is that of an entry of this tenant's
_ADD_TERMS = "INSERT OR REPLACE INTO search_terms (rowid, terms) VALUES (:entry, :terms)"
_REMOVE_TERMS = f"""
DELETE FROM search_terms WHERE rowid IN (SELECT entry FROM search_entries WHERE {_KEY})
"""
_ERASE = f"DELETE FROM search_entries WHERE {_KEY}"
# Requests may not delete on PostgreSQL. What is found under no term is not found.
_EMPTY = f"UPDATE search_entries SET terms = '{{}}' WHERE {_KEY}"
_PUT = """
INSERT INTO search_entries (tenant_id, kind, record_id, terms)
VALUES (:tenant, :kind, :record, :terms)
ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET terms = excluded.terms
"""

# CROSS JOIN keeps SQLite to this order: newest first, and no further than the limit.
_FIND_IN_FILE = """
SELECT e.record_id, e.entry FROM search_terms AS t CROSS JOIN search_entries AS e
ON e.entry = t.rowid
WHERE t.search_terms MATCH :condition AND t.rowid < :before
  AND e.tenant_id = :tenant AND e.kind = :kind
ORDER BY t.rowid DESC LIMIT :limit
"""
# A generic plan of PostgreSQL does not know how frequent a term is: by the primary key it would
# read all entries to find a rare one, by terms all entries of a frequent one. So each statement
# leaves it one way. What is frequent is found among the newest entries, the rest by terms.
_FIND_AMONG_NEWEST = """
SELECT record_id, record_id FROM (
 SELECT record_id, terms FROM search_entries
 WHERE tenant_id = :tenant AND kind = :kind AND record_id < :before
 ORDER BY record_id DESC LIMIT {newest}
) AS newest WHERE {condition} ORDER BY record_id DESC LIMIT :limit
"""
_FIND_BY_TERMS = """
WITH found AS MATERIALIZED (
 SELECT record_id FROM search_entries
 WHERE tenant_id = :tenant AND kind = :kind AND ({condition}) AND record_id < :before
) SELECT record_id, record_id FROM found ORDER BY record_id DESC LIMIT :limit
"""
_RECORDED = """
SELECT record_id FROM search_entries
WHERE tenant_id = :tenant AND kind = :kind AND record_id > :after AND record_id <= :last
"""
# every tenant: the pages of the index belong to all
_PAGES = "SELECT count(*) FROM search_terms_data"
# every tenant: the same
_MERGE = "INSERT INTO search_terms (search_terms, rank) VALUES ('merge', :pages)"
# every tenant: the same
_OPTIMIZE = "INSERT INTO search_terms (search_terms) VALUES ('optimize')"
_PROGRESSED, COMPLETE = "rebuild progress", "rebuild complete"
# Stands for the whole installation; no tenant is called so.
_NO_TENANT = ""
_NOTE = """
INSERT INTO search_entries (tenant_id, kind, record_id, terms)
VALUES (:tenant, :kind, :record, '{}') ON CONFLICT DO NOTHING
"""
_PROGRESS = f"""
SELECT max(record_id) FROM search_entries WHERE tenant_id = :tenant
 AND kind = '{_PROGRESSED}' AND record_id >= :begin AND record_id < :end
"""
# Without terms, which these entries do not have.
# every tenant: the rebuild of the whole installation has ended
_FORGET_PROGRESS = f"""
DELETE FROM search_entries WHERE kind = '{_PROGRESSED}'
 OR (kind = '{COMPLETE}' AND record_id <> :version)
"""
_AFTER_ALL = "~~"
_MERGED_AT_ONCE = 500
_LAST_ENTRY = 2**63 - 1
_LAST_ID = "~"


async def put(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write entries with the transaction: what is written last of a record counts."""
    await tx.before_commit(_write, entries)


async def erase(tx: Tx, keys: Sequence[Key]) -> None:
    """Delete the entries of records that are deleted for good: tenant, kind and id. In the role for
    maintenance."""
    if tx.dialect == "sqlite":
        await tx.execute_many(_REMOVE_TERMS, keys)
    await tx.execute_many(_ERASE, keys)


async def find(
    tx: Reader,
    tenant: str,
    kind: str,
    condition: Condition,
    *,
    limit: int,
    before: Place | None = None,
    newest: int | None = None,
) -> list[Candidate]:
    """Newest first, from before the place `before`. `newest`: only among so many entries, where
    that is faster; one of a few numbers."""
    is_file = tx.dialect == "sqlite"
    if before is None:
        before = _LAST_ENTRY if is_file else _LAST_ID
    params = {"tenant": tenant, "kind": kind, "before": before, "limit": limit}
    scoped = [[scope(tenant, kind) + term for term in group] for group in condition]
    if is_file:
        rows = await tx.fetch_all(_FIND_IN_FILE, **params, condition=_match(scoped))
    else:
        overlap, values = _overlap([[*map(hash_of, group)] for group in scoped])
        text = _FIND_BY_TERMS if newest is None else _FIND_AMONG_NEWEST
        sql = text.format(condition=overlap, newest=newest)
        rows = await tx.fetch_all(sql, **params, **values)
    return [Candidate(*row) for row in rows]


async def recorded(tx: Reader, tenant: str, kind: str, *, after: str, last: str) -> set[str]:
    """The ids behind `after`, up to `last`, that have an entry."""
    sql = _RECORDED if tx.dialect == "sqlite" else f"{_RECORDED} AND terms <> '{{}}'"
    rows = await tx.fetch_all(sql, tenant=tenant, kind=kind, after=after, last=last)
    return {row[0] for row in rows}


async def tenants(tx: Reader, tables: Sequence[str]) -> list[str]:
    """All that have records, or entries."""
    found: set[str] = set()
    for name in ("search_entries", *tables):
        # every tenant: the index of the whole installation is looked through
        found.update(row[0] for row in await tx.fetch_all(f"SELECT DISTINCT tenant_id FROM {name}"))
    return sorted(found - {_NO_TENANT})


async def have_records(tx: Reader, tables: Sequence[str]) -> bool:
    for name in tables:
        # every tenant: the whole installation may be new
        if await tx.fetch_one(f"SELECT 1 FROM {name} LIMIT 1") is not None:
            return True
    return False


# How far a rebuild of the index has come. What says so is in the index itself, under kinds that no
# resource has: whatever leaves the index out leaves this out, too.


async def is_complete(tx: Reader, version: str) -> bool:
    row = await tx.fetch_one(
        f"SELECT 1 FROM search_entries WHERE {_KEY}",
        tenant=_NO_TENANT,
        kind=COMPLETE,
        record=version,
    )
    return row is not None


async def note_complete(tx: Tx, version: str) -> None:
    """In the role for maintenance."""
    if tx.dialect == "sqlite":
        await put(tx, [Entry(_NO_TENANT, COMPLETE, version)])
    else:
        await tx.execute(_NOTE, tenant=_NO_TENANT, kind=COMPLETE, record=version)
    await tx.execute(_FORGET_PROGRESS, version=version)


async def progress(tx: Reader, tenant: str, version: str, kind: str) -> str:
    """The id of the last record that was done, "" for none."""
    begin = f"{version} {kind} "
    row = await tx.fetch_one(_PROGRESS, tenant=tenant, begin=begin, end=f"{begin}{_AFTER_ALL}")
    return row[0].removeprefix(begin) if row and row[0] else ""


async def note_progress(tx: Tx, tenant: str, version: str, kind: str, record: str) -> None:
    await put(tx, [Entry(tenant, _PROGRESSED, f"{version} {kind} {record}", is_new=True)])


async def purge(database: Database) -> None:
    """Leave nothing of removed entries in the full-text index of a file, whose pages go on having
    their terms until they are merged. Others write between the steps."""

    async def pages(tx: Tx) -> int:
        if tx.dialect != "sqlite":
            return 0
        row = await tx.fetch_one(_PAGES)
        return int(row[0]) if row else 0

    left = await database.write("search.purge", EVERY_TENANT, pages)
    first = True
    while left > 0:
        many = -_MERGED_AT_ONCE if first else _MERGED_AT_ONCE
        await database.write(
            "search.purge",
            EVERY_TENANT,
            lambda tx, many=many: tx.execute(_MERGE, pages=many),  # type: ignore[misc]
            long=True,
        )
        left, first = left - _MERGED_AT_ONCE, False
    if not first:
        await database.write(
            "search.purge", EVERY_TENANT, lambda tx: tx.execute(_OPTIMIZE), long=True
        )


async def _write(tx: Tx, entries: Sequence[Entry]) -> None:
    last = {each.key: each for each in entries}
    removed = [key for key, each in last.items() if each.removed]
    added = [each for each in last.values() if not each.removed]
    if tx.dialect == "sqlite":
        await _write_to_file(tx, removed, added)
        return
    for tenant, kind, record in removed:
        await tx.execute_deferred(_EMPTY, tenant=tenant, kind=kind, record=record)
    await tx.insert_deferred(_PUT, [(*each.key, each.hashes) for each in added])


async def _write_to_file(tx: Tx, removed: Sequence[Key], added: Sequence[Entry]) -> None:
    if removed:
        await tx.execute_many(_REMOVE_TERMS, removed)
        await tx.execute_many(_ERASE, removed)
    if not added:
        return
    numbers = {} if all(each.is_new for each in added) else await _numbers_of(tx, added)
    row = await tx.fetch_one(_LAST_NUMBER)
    last: int = (row and row[0]) or 0
    new = [each for each in added if each.key not in numbers]
    await tx.execute_many(_ADD, [(*each.key, last + place) for place, each in enumerate(new, 1)])
    row = await tx.fetch_one(_COUNT_BEHIND, last=last)
    if row == (len(new),):
        numbers |= {each.key: last + place for place, each in enumerate(new, 1)}
    else:  # some were there, against expectation
        numbers = await _numbers_of(tx, added)
    await tx.execute_many(_ADD_TERMS, [(numbers[each.key], each.document) for each in added])


async def _numbers_of(tx: Tx, entries: Sequence[Entry]) -> dict[Key, int]:
    """Of those that are there."""
    found = {}
    for tenant, kind, record in (each.key for each in entries):
        row = await tx.fetch_one(_NUMBER, tenant=tenant, kind=kind, record=record)
        if row is not None:
            found[tenant, kind, record] = row[0]
    return found


def _match(groups: Sequence[Sequence[str]]) -> str:
    """As FTS5 reads it."""
    return " OR ".join([f"({' AND '.join([_quoted(term) for term in each])})" for each in groups])


def _quoted(term: str) -> str:
    return f'"{term}"'


def _overlap(groups: Sequence[list[int]]) -> tuple[str, dict[str, list[int]]]:
    """A condition in SQL: as many as there may be groups of several terms, twice."""
    single = [each[0] for each in groups if len(each) == 1]
    several = [each for each in groups if len(each) > 1]
    values = {f"all_{chr(ord('a') + place)}": each for place, each in enumerate(several)}
    conditions = [f"terms @> :{name}" for name in values]
    if single:
        values["any"] = single
        conditions.append("terms && :any")
    return " OR ".join(conditions), values
