"""Trying a case, and looking at all that comes back."""

import base64
import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from crm_cell.http.binding import read_query
from crm_cell.http.paging import CursorQuery, ExportPageQuery, ListingQuery, PageQuery, list_hash_of
from crm_cell.http.preconditions import body_etag
from crm_cell.http.routing import Route
from crm_cell.http.schema import Body, rules_of
from crm_cell.kernel.masking import mask_phone, mask_wechat
from tests.every_route import NOBODY
from tests.tenancy.cases import HOLDERS, UNIQUE, Case, Value
from tests.tenancy.places import Place
from tests.tenancy.planted import COMMON, UUID, Holder, World

_DIFFER_ANYHOW = {"server-timing", "x-response-time", "content-length", "x-request-id"}
_MADE_UP = {"etag", "location"}
_LAST = "ffffffff-ffff-7fff-bfff-ffffffffffff"
# The end of the trail's chain, which every write of a tenant moves on.
_SHARED = ("audit_heads ",)
_REQUEST_ID = re.compile(r'"requestId":"([^"]*)"')
_NEVER = r"(?!)"
# What is said there is also a key of the answer.
_NAMES_A_MEMBER = {"groupBy"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

Told = tuple[int, str, dict[str, str]]

SAME_AS = {"parent_id": "customer_id"}
"""References that are not called after what they refer to."""


class Sent(msgspec.Struct):
    path: str
    value: str
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: Any = None


class Walker:
    """One caller, walking through a world of others' records."""

    def __init__(self, world: World, caller: str) -> None:
        self.world = world
        self.own: Holder = world.holders[caller]
        self._looked_up: dict[str, Told] = {}
        self._written = set[str]()
        self._tried_under = set[str]()
        """Keys of the caller's dry runs, which are told in the entries that these leave."""
        strangers = [each for each in world.holders.values() if each is not self.own]
        tenants = set(HOLDERS.values()) - {self.own.caller.tenant}
        self._tenants = re.compile("|".join(f"'{tenant}'" for tenant in tenants))
        marks = [mark for stranger in strangers for mark in stranger.marks]
        self._marks = re.compile("|".join(map(re.escape, [*marks, *tenants])))
        self._ids = {each for stranger in strangers for each in stranger.all_ids}
        self._ids -= world.shown_to[caller]
        titles = sorted(world.names_shown_to[caller], key=len, reverse=True)
        self._titles = re.compile("|".join(map(re.escape, titles)) or _NEVER)

    async def complaints(self, case: Case) -> list[str]:
        """What is wrong with how the case is answered."""
        sent = self._request(case, case.value)
        answer = await self._send(case, sent)
        found = [f"{case}: shows {mark}" for mark in self.marks_in(answer, sent, case.place)]
        found += [f"{case}: counts {many}" for many in _counted_unseen(answer)]
        if answer.status_code >= 500:
            found.append(f"{case}: {answer.status_code} {answer.text}")
        if case.like is not None:
            told, expected = _told(answer, sent, case.place), await self._expected(case)
            if told != expected:
                found.append(f"{case}: is answered {told}\n    and not {expected}")
        return found

    async def _expected(self, case: Case) -> Told:
        assert case.like is not None
        name = f"{case.how} {case.like}"
        if name not in self._looked_up:
            sent = self._request(case, case.like)
            self._looked_up[name] = _told(await self._send(case, sent), sent, case.place)
        return self._looked_up[name]

    def marks_in(self, answer: httpx.Response, sent: Sent, place: Place) -> set[str]:
        """Marks of others in what came back, but for what the caller has said."""
        text = f"{self._without_shared(_text(answer), place)}\n{answer.headers}"
        text = self._titles.sub("", text)  # an export shows them beside the ids they belong to
        for name, said in _strings(sent, place):
            if self._ids.intersection(UUID.findall(said)) or self._marks.search(f'"{said}"'):
                text = text.replace(said, name)
        for said in self._written:  # by cases before, and it has stayed in the caller's record
            text = text.replace(f'"{said}"', "")
        if self._tried_under:
            text = _REQUEST_ID.sub(self._without_dry_run, text)
        return {*self._marks.findall(text), *self._ids.intersection(UUID.findall(text))}

    def _without_dry_run(self, found: re.Match[str]) -> str:
        return "" if found[1] in self._tried_under else found[0]

    def _without_shared(self, text: str, place: Place) -> str:
        """The changes feed, but for what the caller reads of others' records: lists leave them out
        anyway."""
        if place.route.path != "/changes" or not text.startswith('{"data":['):
            return text
        page = json.loads(text)
        shared = self.world.shared_with[self.own.name]
        page["data"] = [line for line in page["data"] if line["id"] not in shared]
        return json.dumps(page, ensure_ascii=False)

    def is_of_others(self, row: str) -> bool:
        """Whether a row of the database is somebody else's, perhaps with the caller's customer."""
        if self._tenants.search(row):
            return True
        shared = row.startswith(_SHARED) or self.own.mark in row
        return not shared and self._bears_marks_of_others(row)

    def is_own(self, row: str) -> bool:
        """Whether a row may come into being by what the caller does."""
        if self._tenants.search(row):
            return False
        if self.own.caller.user is None or self.own.mark in row:
            return True
        names_own = self.own.all_ids.intersection(UUID.findall(row))
        return bool(names_own) or not self._bears_marks_of_others(row)

    def _bears_marks_of_others(self, row: str) -> bool:
        return bool(self._marks.search(row) or self._ids.intersection(UUID.findall(row)))

    async def _send(self, case: Case, sent: Sent) -> httpx.Response:
        given = {"X-Request-ID": self.own.new("walk")} | case.headers | sent.headers
        content = None
        if case.place.may_go_in and self._marks.search(f'"{sent.value}"'):
            self._written.add(sent.value)
        if sent.query.get("dryRun") == "true":
            self._tried_under.add(given["X-Request-ID"])
        if case.place.route.takes_body:
            given["Content-Type"] = "application/json"
            content = json.dumps(sent.body).encode()
        return await self.own.caller.send(
            case.method, sent.path, headers=given, params=sent.query, content=content
        )

    def _request(self, case: Case, value: Value) -> Sent:
        place = case.place
        if place.where == "key":
            return self._with_key(place, value)
        said = self.find(value)
        state = "spare" if place.may_go_in else "live"
        ids = self.own.ids[state] | ({place.name: said} if place.where == "path" else {})
        query = _dry(place) | _required(place)
        sent = Sent(place.route.path.format_map(ids), said, query, {}, self._body(place))
        if place.where == "query":
            sent.query = _required(place) | {place.name: said}
            if case.forged:
                sent.query["cursor"] = self._forged(place.route, sent)
        elif place.where in ("body", "echo"):
            sent.body[place.name] = said
        elif place.where == "row":
            sent.body["items"][0][place.name] = said
        elif place.where in ("condition", "identity"):
            sent.headers = {place.name: said}
        return sent

    def _forged(self, route: Route, sent: Sent) -> str:
        """A cursor that stands before all that there is."""
        asked = read_query(urlencode(sent.query).encode(), route.binding.queries)
        paging = (PageQuery, ListingQuery, ExportPageQuery, CursorQuery)
        filters = [each for kind, each in asked.items() if kind not in paging and kind.narrows]
        told = msgspec.json.encode(filters)
        mark = list_hash_of(self.own.caller.tenant, self.own.caller.user, sent.path, told)
        return _packed(f"{mark}.2.{_LAST}")

    def _body(self, place: Place) -> Any:
        kind = place.route.binding.body
        if kind is None:
            return None
        if place.route.kind == "read":
            return {}
        if place.where == "echo" or (place.kind == "reference" and not issubclass(kind, Body)):
            return {}
        return self.own.filled(place.route, kind)

    def _with_key(self, place: Place, value: Value) -> Sent:
        """What somebody has sent before, under their key or under another."""
        what, whose_key, whose_words = value
        route = place.route
        stored = self.world.holders[whose_words].stored[route.method, route.path]
        path = UUID.sub(NOBODY, stored.path) if what == "key on nothing" else stored.path
        key = self.own.new("key")
        if whose_key in self.world.holders:
            key = self.world.holders[whose_key].stored[route.method, route.path].key
        body = stored.body
        if HOLDERS[whose_words] != self.own.caller.tenant and body is not None:
            taken = {name: self.own.said.get((route.tag, "live", name)) for name in body}
            body = body | {name: taken[name] for name in body if (route.tag, name) in UNIQUE}
        return Sent(path, key, _dry(place), {place.name: key}, body)

    def find(self, value: Value) -> str:
        holders = self.world.holders
        match value:
            case ("literal", text):
                return text
            case ("new", kind):
                return self.own.new(kind)
            case ("filter", form, *what):
                return form.format(self.find(tuple(what)))
            case ("record", who, state, parameter):
                return holders[who].ids[state][SAME_AS.get(parameter, parameter)]
            case ("in capitals", *record):
                return self.find(("record", *record)).upper()
            case ("etag", who, parameter):
                return holders[who].etags[parameter]
            case ("position", who):
                return holders[who].position
            case ("said", who, state, tag, about):
                return holders[who].said[tag, state, about]
            case (("owner" | "currency") as kind, who):
                return holders[who].new(kind)
        return self._cursor(value)

    def _cursor(self, value: Value) -> str:
        holders = self.world.holders
        match value:
            case ("cursor", "made up"):
                return _packed(f"{'0' * 16}.2.{NOBODY}")
            case ("cursor", who, path):
                return holders[who].cursors[path]
            case ("cursor after", who, parameter, path):
                return _moved(self.own.cursors[path], holders[who].ids["live"][parameter])
        raise AssertionError(f"there is nothing like {value}")


def _counted_unseen(answer: httpx.Response) -> list[str]:
    """The total of a list, where it is not that of what is shown and there is no more."""
    is_json = answer.headers.get("content-type") == "application/json" and answer.content
    page = answer.json() if is_json else {}
    whole = page.get("page") == 1 and page["nextCursor"] is None
    known = whole and page["total"] is not None
    return [str(page["total"])] if known and page["total"] != len(page["data"]) else []


def _dry(place: Place) -> dict[str, str]:
    """An import is only tried."""
    takes = any("dryRun" in rules_of(query) for query in place.route.binding.queries)
    return {"dryRun": "true"} if takes else {}


def _required(place: Place) -> dict[str, str]:
    """What a route cannot do without: text that all records have in common."""
    rules = [rule for query in place.route.binding.queries for rule in rules_of(query).items()]
    return {name: COMMON for name, rule in rules if rule.required}


def _moved(cursor: str, after: str) -> str:
    """The same cursor, to go on behind another record."""
    return _packed(UUID.sub(after, _unpacked(cursor)))


def _packed(cursor: str) -> str:
    return base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()


def _text(answer: httpx.Response) -> str:
    """All that an answer says, what it has packed included."""
    if not answer.content.startswith(b"PK"):
        cursors = re.findall(r'"nextCursor":"([^"]+)"', answer.text)
        return answer.text + "".join(map(_unpacked, cursors))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


def _told(answer: httpx.Response, sent: Sent, place: Place) -> Told:
    """All that an answer tells, but for what differs between any two, and what was sent."""
    text = _text(answer).replace(answer.headers["x-request-id"], "{requestId}")
    if place.may_go_in or place.route.path == "/whoami":  # which tells the time
        text = _TIME.sub("{time}", text)
    for name, said in _strings(sent, place):
        text = text.replace(said, f"{{{name}}}")
    headers = {name: value for name, value in answer.headers.items() if name not in _DIFFER_ANYHOW}
    if headers.get("etag") == body_etag(answer.content).decode():  # it tells what the text tells
        headers["etag"] = "{checksum}"
    if place.may_go_in:
        text = UUID.sub("{id}", text)
        headers = {name: value for name, value in headers.items() if name not in _MADE_UP}
    return answer.status_code, text, headers


def _strings(sent: Sent, place: Place) -> list[tuple[str, str]]:
    """What the caller has said, and may be told again, by member; long ones first."""
    body = sent.body if isinstance(sent.body, dict) else {}
    [row] = body.get("items", [body])
    said = {
        name: text
        for name, text in row.items()
        if isinstance(text, str) and name not in _NAMES_A_MEMBER
    }
    said[place.name] = sent.value
    masked = {
        f"{name} masked": (mask_wechat if name == "wechat" else mask_phone)(text) or ""
        for name, text in said.items()
    }
    found = [(name, text) for name, text in {**said, **masked}.items() if text.strip("*")]
    # A filter comes back in quotes, within the one of a column of the board.
    escaped = json.dumps(sent.value, ensure_ascii=False)[1:-1]
    found += [(place.name, escaped)] if escaped != sent.value else []
    return sorted(found, key=lambda pair: -len(pair[1]))
