"""Every route, every place where an id can stand, and three callers who try what is not theirs."""

from collections.abc import Iterator
from itertools import product
from typing import Annotated

import pytest
from msgspec import Meta

from crm_cell.http.routing import Route, Routes, Tag
from crm_cell.http.schema import Query
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.masking import mask_emails
from crm_cell.settings import Settings
from crm_cell.storage.engine import Reader
from tests.databases import Datastore
from tests.encryption.conftest import KEY
from tests.identity.conftest import JWT
from tests.identity.issuer import SECRET
from tests.tenancy.cases import CALLERS, Case, every_case, is_tried
from tests.tenancy.places import EVERY, LISTS, every_place, places_of
from tests.tenancy.planted import Holder, World
from tests.tenancy.walking import Walker
from tests.turns import EVERY_CASE
from tests.world import THE_TRAIL, Caller, Running, nothing_changes

pytestmark = pytest.mark.each_database

WITH_TOKENS = ("tokens", "colleagues")
MANNERS = ("sqlite", "postgres", "tokens", "colleagues")
"""On either database, and with all that there is: tokens that say who calls, and numbers and
addresses under a key. And with colleagues: Alice leads somebody, and she and Bob are members of a
customer of somebody else's."""


def in_manners(name: str, **turns: str) -> pytest.MarkDecorator:
    """Each value in one manner; with CRM_TEST_EVERY_CASE (`make soak ARGS=walk`) in all."""
    runs = product(turns, MANNERS) if EVERY_CASE else turns.items()
    return pytest.mark.parametrize((name, "manner"), list(runs))


@pytest.fixture
def datastore(manner: str, request: pytest.FixtureRequest) -> Datastore:
    kind = "postgres" if manner == "postgres" else "sqlite"
    found: Datastore = request.getfixturevalue(f"{kind}_datastore")
    return found


@pytest.fixture
def settings(datastore: Datastore, manner: str) -> Iterator[Settings]:
    plain = Settings(database_url=datastore.url, demo=False)
    sealed = {**JWT, "jwt_secret": SECRET, "encryption_key": KEY}
    yield plain.model_copy(update=sealed) if manner in WITH_TOKENS else plain
    mask_emails(in_answers=False, in_records=False)


@pytest.fixture
async def world(cell: Running, manner: str) -> World:
    world = World(cell, tokens=manner in WITH_TOKENS)
    await world.plant()
    if manner == "colleagues":
        await world.make_colleagues()
    return world


# The cases


def test_there_are_five_thousand_cases_and_more() -> None:
    counted = {caller: len(every_case(caller)) for caller in CALLERS}
    assert sum(counted.values()) >= 5_000, counted


def test_no_route_and_no_place_is_passed_by() -> None:
    """But for what a route takes that names nothing: numbers, dates, choices."""
    cases = [case for caller in CALLERS for case in every_case(caller, tokens=True)]
    named = {str(place) for place in every_place() if place.names_something}
    assert named - {str(case.place) for case in cases} == set()
    walked = {(case.place.route.method, case.place.route.path) for case in cases}
    assert walked == {(route.method, route.path) for route in EVERY}


def odd(value: object) -> object:
    return value


class OddQuery(Query):
    other: Annotated[str, Meta(extra={"check": odd})]


class OddHeader:
    """What a binder might one day take from somewhere else."""


def test_what_nobody_has_thought_about_is_not_passed_by_either() -> None:
    routes = Routes("/odd", tag=Tag("odd"))

    @routes.read("/query", "")
    async def query(tx: Reader, actor: Actor, query: OddQuery) -> None: ...

    @routes.read("/header", "")
    async def header(tx: Reader, actor: Actor, header: OddHeader) -> None: ...

    for route, odd_one in zip(routes.routes, ("a odd as other", "a OddHeader as"), strict=True):
        with pytest.raises(AssertionError, match=f"{route.path} takes {odd_one}") as refused:
            list(places_of(route))
        assert "say in tests/tenancy/places.py" in str(refused.value)


# The walk


@in_manners("caller", alice="colleagues", bob="postgres", charlie="tokens")
async def test_nothing_of_others_is_shown_and_a_foreign_id_is_like_a_missing_one(
    caller: str, world: World
) -> None:
    walker = Walker(world, caller)
    cases = every_case(caller, tokens=world.tokens)
    cases = [case for case in cases if not case.place.may_go_in and is_tried(case)]
    dry_runs_leave = THE_TRAIL | {"dry_run_counts"}
    background_leaves = {"duplicate_pairs", "duplicate_searches"}  # compares customers meanwhile
    entries = "SELECT * FROM audit_logs WHERE action <> 'tested' ORDER BY id"
    told = world.cell.rows(entries)
    async with nothing_changes(world.cell, but=dry_runs_leave | background_leaves):
        await walk(walker, cases)
    assert world.cell.rows(entries) == told


@in_manners("caller", alice="sqlite", bob="colleagues", charlie="postgres")
async def test_what_one_writes_oneself_leaves_all_of_others_as_it_was(
    caller: str, world: World
) -> None:
    """Names, numbers and users that others have used too: such a write is like any other."""
    walker = Walker(world, caller)
    cases = [case for case in every_case(caller) if case.place.may_go_in]
    # Changes first: a record that is changed gives up a name for the next, a new one keeps it.
    cases.sort(key=lambda case: case.method)
    before = rows(world)
    await walk(walker, cases)
    after = rows(world)
    assert {row for row in before if walker.is_of_others(row)} <= after
    assert [row for row in after - before if not walker.is_own(row)] == []


def rows(world: World) -> set[str]:
    return {f"{table} {row}" for table, kept in world.cell.everything().items() for row in kept}


# What the walk can see


@in_manners("tenant", acme="tokens", globex="postgres")
async def test_who_sees_the_whole_tenant_is_shown_all_marks_of_it(
    tenant: str, world: World
) -> None:
    whole = world.whole(tenant)
    for holder in world.holders.values():
        seen = "".join([await shown(whole, route, holder) for route in EVERY])
        there = [*holder.marks, *holder.ids["live"].values()]
        there += [stored.key for stored in holder.stored.values()]
        expected = there if holder.caller.tenant == tenant else []
        assert [mark for mark in there if mark in seen] == expected


async def shown(caller: Caller, route: Route, holder: Holder) -> str:
    if route.method != "GET" or route.open:
        return ""
    query = {"pageSize": "500"} if route in LISTS else {}
    answer = await caller.send("GET", route.path.format_map(holder.ids["live"]), params=query)
    return answer.text


@in_manners("caller", alice="sqlite")
async def test_the_walk_finds_a_caller_who_sees_too_much(caller: str, world: World) -> None:
    """Alice goes as somebody who sees the whole tenant: each case that meets Bob's says so."""
    walker = Walker(world, caller)
    walker.own.caller = world.whole("acme")
    for case in every_case(caller):
        what, *names = case.value
        if case.place.where == "path" and case.method == "GET" and what == "record":
            found = await walker.complaints(case)
            fits = names == ["bob", "live", case.place.name]
            assert bool(found) is fits or names[0] == "nobody", case


async def walk(walker: Walker, cases: list[Case]) -> None:
    found = [complaint for case in cases for complaint in await walker.complaints(case)]
    assert found == [], "\n".join([f"{len(found)} complaints of {len(cases)} cases:", *found])
