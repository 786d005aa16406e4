"""Records of everybody, each with marks that tell whose they are wherever they turn up."""

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import msgspec

from crm_cell.http.routing import Route
from crm_cell.http.schema import rules_of
from crm_cell.kernel.scopes import ALL, EVERY_SCOPE
from tests.identity.issuer import claims, signed
from tests.tenancy.cases import HOLDERS, USERS
from tests.tenancy.places import (
    CREATES,
    DELETABLE,
    DELETES,
    LISTS,
    OTHER_WRITES,
    RESTORES,
    id_parameter,
    kind_of,
    metas_of,
    parameters_of,
)
from tests.world import Caller, Json, Running

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CURRENCIES = {"alice": "SEK", "bob": "NOK", "nobody": "CHF", "charlie": "DKK"}
_ENDS = {"alice": "71", "bob": "72", "nobody": "73", "charlie": "74"}
"""Numbers end in these and two zeros, which a mask leaves."""
COMMON = "zq"
"""What all marks begin with."""
STATES = ("live", "spare", "deleted")


class Stored(msgspec.Struct):
    """A write that was done, to be repeated by somebody else."""

    path: str
    key: str
    body: Any


class TokenBearer(Caller):
    """Somebody whose token says who they are, and what they may: all, if they are no user."""

    @property
    def headers(self) -> dict[str, str]:
        may = EVERY_SCOPE - {ALL} if self.user else EVERY_SCOPE
        said = claims(sub=self.user or "robot", tenant_id=self.tenant, scope=" ".join(may))
        return {"Authorization": f"Bearer {_signed(json.dumps(said))}"}


@cache
def _signed(said: str) -> str:
    return signed(json.loads(said))


class Holder:
    """Somebody, and what they have."""

    def __init__(self, name: str, client: httpx.AsyncClient, *, tokens: bool) -> None:
        self.name = name
        self.mark = f"{COMMON}{name}"
        kind = TokenBearer if tokens else Caller
        self.caller = kind(client, HOLDERS[name], self.mark if name in USERS else None)
        self.ids: dict[str, dict[str, str]] = {state: {} for state in STATES}
        self.etags: dict[str, str] = {}
        self.stored: dict[tuple[str, str], Stored] = {}
        self.cursors: dict[str, str] = {}
        self.position = ""
        """In the changes feed."""
        self.said: dict[tuple[str, str, str], str] = {}
        self.all_ids: set[str] = set()
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    @property
    def marks(self) -> list[str]:
        return [self.mark, f'"{_CURRENCIES[self.name]}"', f"*{_ENDS[self.name]}"]

    def new(self, kind: str) -> str:
        number = next(self._numbers[kind])
        return {
            "phone": f"131{number:04}{_ENDS[self.name]}00",
            "email": f"{self.mark}{number}@example.com",
            "currency": _CURRENCIES[self.name],
            "owner": self.mark,
        }.get(kind, f"{self.mark}-{kind}-{number}")

    def filled(self, route: Route, kind: type[msgspec.Struct]) -> Json:
        """Every member that can be given, in this holder's words and of their records."""
        body = {}
        for member, rule in rules_of(kind).items():
            value = self._value(route, kind, member)
            if value is not None:
                body[member] = value
            assert member in body or not rule.required, f"what is a {member} of {route.path}?"
        return body

    def _value(self, route: Route, kind: type[msgspec.Struct], member: str) -> Any:
        rule = rules_of(kind)[member]
        if rule.of is not None:
            return [self.filled(route, rule.of)]
        what = kind_of(route, member, rule)
        if what == "reference" and rule.attribute == "parent_id":
            return None  # of the same kind: the first record has none
        if what == "reference":
            return self.ids["live"].get(rule.attribute)  # none is the parent of a customer
        if what in ("text", "phone", "email", "wechat", "currency"):
            return self.new(what)
        metas = metas_of(kind, member)
        examples = [each for meta in metas for each in meta.examples or ()]
        if what == "enum" and rule.required:
            schemas = [meta.extra_json_schema or {} for meta in metas]
            examples += [each for schema in schemas for each in schema.get("enum", ())]
        return examples[0] if examples and what != "owner" else None

    def remember(self, route: Route, state: str, body: Json) -> None:
        for member, rule in rules_of(route.binding.body).items():
            if member in body and rule.of is None:
                kind = kind_of(route, member, rule)
                self.said[route.tag, state, member if kind == "text" else kind] = str(body[member])


class World:
    """All of them, in one database."""

    def __init__(self, cell: Running, *, tokens: bool) -> None:
        self.cell = cell
        self.tokens = tokens
        self.holders = {name: Holder(name, cell.client, tokens=tokens) for name in HOLDERS}
        self.shown_to: dict[str, set[str]] = defaultdict(set)
        """Ids of others that somebody's own records name."""
        self.shared_with: dict[str, set[str]] = defaultdict(set)
        """Ids of records of others that somebody reads, and whose changes they learn of."""
        self.names_shown_to: dict[str, set[str]] = defaultdict(set)
        """Names of others' records that somebody reads."""

    def whole(self, tenant: str) -> Caller:
        """Somebody who sees all of a tenant."""
        return self.holders["nobody" if tenant == "acme" else "charlie"].caller

    async def plant(self) -> None:
        for revisions, holder in enumerate(self.holders.values(), start=1):
            with self.belonging_to(holder):
                await _plant(holder, revisions)
        await self._plant_what_is_shared()

    @contextmanager
    def belonging_to(self, holder: Holder) -> Iterator[None]:
        """The ids that come into being are theirs: of records, deeds, steps and events."""
        before = self._ids()
        yield
        holder.all_ids |= self._ids() - before

    def _ids(self) -> set[str]:
        return set(UUID.findall(repr(self.cell.everything())))

    async def _plant_what_is_shared(self) -> None:
        """Bob's deal with a customer of Alice's, and a colleague's with one that she then deletes:
        she reads in the trail that it went along."""
        alice, bob = self.holders["alice"], self.holders["bob"]
        whole = self.whole("acme")
        with self.belonging_to(alice):
            shared, deleted = [
                await alice.caller.customer(name=alice.new("text")) for _ in range(2)
            ]
        with self.belonging_to(bob):
            deal = {"title": bob.new("text"), "ownerId": bob.mark, "currency": "NOK"}
            opportunity = await whole.opportunity(shared, **deal)
        self.shown_to["bob"].add(shared["customerId"])
        self.shared_with["bob"].add(shared["customerId"])
        self.shared_with["alice"].add(opportunity["opportunityId"])
        self.names_shown_to["bob"].add(shared["name"])
        await whole.opportunity(deleted, ownerId="erin")
        with self.belonging_to(alice):
            path = f"/customers/{deleted['customerId']}"
            await alice.caller.delete(path, key=alice.new("key"))

    async def make_colleagues(self) -> None:
        """Alice leads Finn, and Erin shares a customer with her and Bob. What these two have bears
        no marks, so it may be shown, and nothing else more than before."""
        whole, alice = self.whole("acme"), self.holders["alice"].mark
        for user in (alice, self.holders["bob"].mark, "erin", "finn"):
            assert (await whole.put(f"/users/{user}", {"name": user})).is_success
        team = {"name": "华东", "leaderIds": [alice], "memberIds": ["finn"]}
        assert (await whole.post("/teams", team)).status_code == 201
        led, shared = [await whole.customer(ownerId=owner) for owner in ("finn", "erin")]
        for customer in (led, shared):
            owner = customer["ownerId"]
            await whole.contact(customer)
            await whole.follow_up(customerId=customer["customerId"])
            deal = await whole.opportunity(customer, ownerId=owner)
            await whole.contract(customer, opportunityId=deal["opportunityId"])
            task = {"title": owner, "customerId": customer["customerId"], "assigneeId": owner}
            assert (await whole.post("/tasks", task)).status_code == 201
        for name, role in (("alice", "read"), ("bob", "write")):
            path = f"/customers/{shared['customerId']}/members/{self.holders[name].mark}"
            assert (await whole.put(path, {"role": role})).status_code == 200


async def _plant(holder: Holder, revisions: int) -> None:
    for state in STATES:
        for route in CREATES:
            if state != "deleted" or id_parameter(route) in DELETABLE:
                await _create(holder, route, state)
    for route in (*DELETES, *RESTORES):
        await _write(holder, route, "spare")
    for _ in range(revisions):  # so that nobody's ETags are another's
        for route in OTHER_WRITES:
            await _write(holder, route, "live")
        await _reopen(holder)
    for route in DELETES:
        await _write(holder, route, "deleted")
    await _take_a_second_step(holder)
    await _take_cursors(holder)
    holder.position = (await holder.caller.get("/changes/now")).json()["next"]


async def _create(holder: Holder, route: Route, state: str) -> None:
    body = holder.filled(route, route.binding.body)
    key = holder.new("key")
    answer = await holder.caller.post(route.path, body, key=key)
    assert answer.status_code == 201, answer.text
    holder.ids[state][id_parameter(route)] = answer.headers["location"].rpartition("/")[2]
    holder.remember(route, state, body)
    if state == "live":
        holder.stored[route.method, route.path] = Stored(route.path, key, body)


async def _write(holder: Holder, route: Route, state: str) -> None:
    path = route.path.format_map(holder.ids[state])
    body = holder.filled(route, route.binding.body) if route.binding.body else None
    key = holder.new("key")
    answer = await holder.caller.send(
        route.method,
        path,
        headers={"X-Request-ID": key, "Content-Type": "application/json"},
        content=json.dumps(body).encode() if body is not None else None,
    )
    assert answer.status_code in (200, 204), answer.text
    holder.stored[route.method, route.path] = Stored(path, key, body)
    if body is not None:
        holder.remember(route, state, body)
    if "etag" in answer.headers and parameters_of(route.path):
        holder.etags[parameters_of(route.path)[0]] = answer.headers["etag"]


async def _reopen(holder: Holder) -> None:
    """What is done cannot be done again."""
    path = f"/tasks/{holder.ids['live']['task_id']}"
    answer = await holder.caller.patch(path, {"status": "open"}, key=holder.new("key"))
    holder.etags["task_id"] = answer.headers["etag"]


async def _take_a_second_step(holder: Holder) -> None:
    """So that the history of an opportunity has two pages."""
    path = f"/opportunities/{holder.ids['live']['opportunity_id']}"
    answer = await holder.caller.patch(path, {"stage": 2}, key=holder.new("key"))
    holder.etags["opportunity_id"] = answer.headers["etag"]


async def _take_cursors(holder: Holder) -> None:
    for route in LISTS:
        path = route.path.format_map(holder.ids["live"])
        answer = await holder.caller.get(path, pageSize=1)
        cursor = answer.json()["nextCursor"]
        assert cursor, f"{holder.name} has no second page of {route.path}"
        holder.cursors[route.path] = cursor
