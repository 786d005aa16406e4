"""An index serves each filter and sort that the list language calls indexed, on both databases.

What no index serves is named here, so that it is a decision: see docs/decisions/0039.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from crm_cell.http.paging import RequestedListing, Wanted
from crm_cell.kernel.actor import Actor
from crm_cell.registry import make_services
from crm_cell.resources.listing.conditions import search_key
from crm_cell.resources.listing.language import ListLanguage
from crm_cell.resources.listing.members import ListMember
from crm_cell.resources.listing.reading import ListReader
from crm_cell.resources.resource import AnyResource
from crm_cell.storage.engine import Reader
from tests.databases import Datastore, PostgresDatastore, SqliteFile
from tests.resources.examples import create
from tests.storage.explaining import Explaining
from tests.world import Caller, Running

pytestmark = pytest.mark.each_database

SERVICES = make_services()
RESOURCES = list(SERVICES.registry)
ACME = Actor("acme")
ALICE = Actor("acme", owner="alice")
WITHOUT_INDEX = {
    # By credit code, region, level, figures and assignment an index finds those that have a value.
    "customer": [
        "status",
        "shortName",
        "uscc",
        "region",
        "address",
        "website",
        "remark",
        "level",
        "source",
        "industry",
        "lastFollowUpAt",
        "lastFollowUpBy",
        "nextContactAt",
        "openOpportunityCount",
        "openOpportunityCents",
        "outstandingCents",
        "newlyAssigned",
    ],
    "contact": ["name", "isPrimary", "title", "department", "role", "remark", "updatedAt"],
    "opportunity": [
        "title",
        "currency",
        "status",
        "probability",
        "lostReason",
        "lostNote",
        "competitor",
        "source",
        "closedAt",
        "pushedCount",
    ],
    "follow_up": ["content", "followUpType", "createdBy", "durationMin", "place", "updatedAt"],
    "task": [
        "title",
        "kind",
        "due",  # but with a status, or an assignee and a status
        "remindAt",
        "repeat",
        "doneAt",
        "doneBy",
        "origin",
        "updatedAt",
    ],
    "contract": ["amountCents", "currency", "status", "paidCents", "updatedAt"],
    "goal": ["kind", "amountCents", "currency", "remark", "updatedAt"],
    "payment": ["amountCents", "currency", "remark", "updatedAt"],
    "view": ["name", "resource", "layout", "visibility", "position", "updatedAt"],
}
"""Members of answers, in their order. A list by one of these reads rows until its deadline."""
EMPTY_WITHOUT_INDEX = {
    "customer": ["tags", "parentId"],
    "contact": ["tags"],
    "opportunity": ["tags"],
    "follow_up": ["contactId"],
    "task": ["opportunityId", "contractId", "contactId", "followUpId"],
    "contract": ["opportunityId"],
}
"""`is empty` of what has no row in an index where it is empty: there are many."""
IDENTIFIER = "0193a1b2-0000-7000-8000-000000000000"
VALUES = {
    "text": '"a"',
    "number": "5",
    "instant": "2026-11-23T00:00:00Z",
    "day": "2026-11-23",
    "day_or_instant": "2026-11-23",
    "user": '"alice"',
    "id": f'"{IDENTIFIER}"',
    "boolean": "true",
}
SERVED = {
    "=": "{name} = {value}",
    "in": "{name} in ({value}, {value})",
    "<": "{name} < {value}",
    "<=": "{name} <= {value}",
    ">": "{name} > {value}",
    ">=": "{name} >= {value}",
    "between": "{name} between {value} and {value}",
    "^=": "{name} ^= {value}",
    "is empty": "{name} is empty",
}
"""Operators for which an index on the member is enough."""

resources = pytest.mark.parametrize("resource", RESOURCES, ids=str)


def language_of(resource: AnyResource) -> ListLanguage:
    return ListLanguage(SERVICES.of(resource).store, None, SERVICES.options, SERVICES.tags)


def indexed(resource: AnyResource) -> list[ListMember]:
    language = language_of(resource)
    return [each for each in language.members.values() if language.is_indexed(each)]


@resources
def test_what_no_index_serves_is_decided(resource: AnyResource) -> None:
    members = language_of(resource).members
    served = {each.wire for each in indexed(resource)}
    assert [name for name in members if name not in served] == WITHOUT_INDEX[resource.name]


# Plans


Explain = Callable[..., Awaitable[list[str]]]


@pytest.fixture
async def explain(
    resource: AnyResource, acme: Caller, cell: Running, datastore: Datastore
) -> AsyncIterator[Explain]:
    """The plans of the statements that read one list, as the service's own role."""
    for _ in range(2):
        await create(acme, resource)
    with many_rows(datastore, resource.table):
        yield explaining_on(cell, resource)


def explaining_on(cell: Running, resource: AnyResource) -> Explain:
    language, reader = language_of(resource), ListReader(SERVICES.of(resource).store)

    async def explain(
        *forbidden: str, actor: Actor = ACME, behind: object = None, **wanted: Any
    ) -> list[str]:
        parsed = language.parse(Wanted(**wanted))
        after = None if behind is None else IDENTIFIER
        # Of a first page that is not full the total is known; the second one has to count.
        number = 2 if wanted.get("with_total") else 1
        page = RequestedListing(page=number, wanted=Wanted(**wanted), after=after, behind=[behind])

        async def unit(tx: Reader) -> list[str]:
            if tx.dialect == "postgresql":
                for way in forbidden:
                    await tx.fetch_all(f"SELECT set_config('enable_{way}', 'off', true)")
            explaining = Explaining(tx)
            narrowed = await language.narrowed(tx, actor, parsed, {}, page)
            await reader.read(explaining, actor, narrowed, page, seconds=2.0)
            others = (" counters", " customer_members_by_user")
            return [plan for plan in explaining.plans if not any(map(plan.__contains__, others))]

        return await cell.service.database.read("test", "acme", unit)

    return explain


@contextmanager
def many_rows(datastore: Datastore, table: str) -> Iterator[None]:
    """PostgreSQL takes any index for a table with two rows. So it believes in more, all of one
    tenant and none deleted, of whose other columns it knows nothing."""
    if not isinstance(datastore, PostgresDatastore):
        yield
        return
    count = "UPDATE pg_class SET reltuples = ?, relpages = ? WHERE relname = ?"
    forget = "DELETE FROM pg_statistic WHERE starelid = ?::text::regclass AND staattnum NOT IN ("
    known = "SELECT attnum FROM pg_attribute WHERE attrelid = starelid AND attname = ANY(?))"
    # Autovacuum would count the rows meanwhile.
    datastore.rows(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    # What other tests have left in the files would count as well.
    datastore.rows(f"VACUUM (FULL, ANALYZE) {table}")
    datastore.rows(forget + known, table, ["tenant_id", "deleted_at"])
    datastore.rows(count, 100_000.0, 1, table)
    yield
    datastore.rows(count, -1.0, 0, table)
    datastore.rows(forget + known, table, [])
    datastore.rows(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def indexes_on(resource: AnyResource, column: str) -> list[str]:
    """Names on both databases, in the form in which plans have them."""
    table = SERVICES.tables.tables[resource.table]
    found = [str(index.name) for index in table.indexes if list(index.columns)[1].name == column]
    if column == "id":
        found += [f"sqlite_autoindex_{resource.table}_1", f"{resource.table}_pkey"]
    return found


@resources
async def test_an_index_gives_the_order_of_a_sort(resource: AnyResource, explain: Explain) -> None:
    for member in indexed(resource):
        if not member.sortable:
            continue
        column = "id" if member.column == "created_at" else member.column
        for sort in (member.wire, f"-{member.wire}"):
            (key,) = language_of(resource).parse(Wanted(sort=sort)).order.keys or (None,)
            plans = await explain("seqscan", "bitmapscan", "sort", sort=sort)
            if key is not None:
                value = "a" if key.is_text else 5
                plans += await explain("seqscan", "bitmapscan", "sort", sort=sort, behind=value)
            for plan in filter(has_values, plans):
                names = indexes_on(resource, column)
                assert any(f" {name} " in plan for name in names), (sort, plan)
                assert "TEMP B-TREE" not in plan, (sort, plan)
                assert "Sort" not in plan.replace("Incremental Sort", "").replace("Sort Key", ""), (
                    sort,
                    plan,
                )


def has_values(plan: str) -> bool:
    """PostgreSQL knows no order behind IS NULL: it walks the ids, or sorts the few rows."""
    return " IS NULL)" not in plan.replace("deleted_at IS NULL)", "")


@resources
async def test_an_index_finds_the_rows_of_a_filter(resource: AnyResource, explain: Explain) -> None:
    for member in indexed(resource):
        column = {"created_at": "id"}.get(member.column, member.column)
        column = search_key(member) if member.kind == "secret" else column
        for operator in served(resource, member):
            wanted = SERVED[operator].format(name=member.wire, value=value_of(member))
            *_, counting = await explain("seqscan", "bitmapscan", filter=wanted, with_total=True)
            assert column in searched(counting), (wanted, counting)


@pytest.mark.parametrize("resource", [each for each in RESOURCES if each.has_tags], ids=str)
async def test_an_index_finds_the_records_of_a_tag(
    acme: Caller, resource: AnyResource, explain: Explain
) -> None:
    assert (await acme.post("/tags", {"name": "重点"})).status_code == 201
    for wanted in ('tags has "重点"', 'tags has any ("重点", "重点")'):
        *_, counting = await explain("seqscan", "bitmapscan", filter=wanted, with_total=True)
        assert "tag_id" in searched(counting), counting
        assert "id" in searched(counting), counting


@resources
async def test_the_list_of_an_owner_reads_only_records_of_that_owner(
    resource: AnyResource, explain: Explain, cell: Running
) -> None:
    """PostgreSQL decides by its statistics, which these tables do not have. Others' views are in
    the list, too."""
    if not isinstance(cell.datastore, SqliteFile) or resource.shared_when is not None:
        return
    owner = resource.record.owner_field
    for sort in [each.wire for each in indexed(resource) if each.sortable]:
        for plan in await explain(actor=ALICE, sort=sort):
            assert owner in searched(plan), (sort, plan)
            assert f"{resource.table}_by_owner" in plan, (sort, plan)


def served(resource: AnyResource, member: ListMember) -> list[str]:
    emptiness = member.nullable and member.wire not in EMPTY_WITHOUT_INDEX.get(resource.name, [])
    return [
        operator
        for operator in member.operators
        if operator in SERVED and (operator != "is empty" or emptiness)
    ]


def value_of(member: ListMember) -> str:
    """One that no record has."""
    if member.kind in VALUES:
        return VALUES[member.kind]
    assert member.field is not None
    if member.kind == "secret":
        return {
            "phone": '"13912345678"',
            "email": '"nobody@example.com"',
            "wechat": '"nobody_2026"',
        }[member.field.kind]
    *_, option = member.field.options
    return f'"{option}"' if isinstance(option, str) else str(int(option))


def searched(plan: str) -> set[str]:
    """Columns that an index is searched by."""
    conditions = re.findall(r"(?:INDEX \w+|PRIMARY KEY) \((.*?)\)|Index Cond: (.*?)(?:;|$)", plan)
    return set(re.findall(r"\w+", " ".join(map("".join, conditions))))


def test_what_is_searched_is_read_from_a_plan() -> None:
    sqlite = "SEARCH tasks USING INDEX tasks_by_due_on (tenant_id=? AND due_on>?)"
    assert searched(sqlite) == {"tenant_id", "AND", "due_on"}
    postgres = "Index Cond: (tenant_id = 'a'::text);   Filter: (due_on > 'b'::text)"
    assert "due_on" not in searched(postgres)
