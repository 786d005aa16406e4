"""Full telephone numbers go in through every door, and come out nowhere.

A real process is called over a socket; then every byte it answered, every line it logged and every
table but the columns that keep the numbers are searched for each of them.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.every_route import EVERY, Ids, members, nowhere, path
from tests.processes import Process, rows, serving
from tests.turns import in_soak
from tests.world import Json

KEPT = {("customers", "contact_phone"), ("contacts", "phone")}
# Their digits alone, which is how a number is looked for.
KEYS = {(table, f"{column}_key") for table, column in KEPT}


def all_numbers() -> Iterator[str]:
    """Mobile numbers, and such as people write them."""
    for number in range(50):
        yield f"13{number % 10}4711{number:04}"
        yield f"+86 15{number % 10} 4712 {number:04}"
        yield f"021-4713{number:04}"
        yield f"(0755) 4714{number:04} ext. {number:03}"


class Caller:
    """Calls, and remembers every byte of every answer."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._numbers = itertools.count()
        self.heard: list[bytes] = []

    async def call(
        self, method: str, where: str, body: object = None, **headers: str
    ) -> httpx.Response:
        given = {"X-Request-ID": f"r{next(self._numbers)}"} | headers
        answer = await self._client.request(method, where, json=body, headers=given)
        assert answer.status_code < 500
        self.heard += [str(answer.headers.raw).encode(), answer.content]
        if answer.content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(answer.content)) as sheet:
                self.heard += [sheet.read(name) for name in sheet.namelist()]
        return answer

    async def create(self, where: str, **members: object) -> Json:
        answer = await self.call("POST", where, members)
        assert answer.status_code == 201, answer.text
        created: Json = answer.json()
        return created


async def through_customers_and_contacts(caller: Caller, numbers: Iterator[str]) -> Ids:
    """Create and change with full numbers, repeat, collide, delete; gives ids of what stays."""
    customer: Json = {}
    contact: Json = {}
    for turn in range(15):
        customer = await caller.create("/customers", name=f"C{turn}", contactPhone=next(numbers))
        where = f"/customers/{customer['customerId']}"
        contact = await caller.create(
            "/contacts", customerId=customer["customerId"], name="李雷", phone=next(numbers)
        )
        change = {"contactPhone": next(numbers)}
        await caller.call("PATCH", where, change, **{"X-Request-ID": f"same{turn}"})
        await caller.call("PATCH", where, change, **{"X-Request-ID": f"same{turn}"})
        other = {"contactPhone": next(numbers)}
        await caller.call("PATCH", where, other, **{"X-Request-ID": f"same{turn}"})
        await caller.call("PATCH", f"/contacts/{contact['contactId']}", {"phone": next(numbers)})
        taken = {"name": f"C{turn}", "contactPhone": next(numbers)}
        assert (await caller.call("POST", "/customers", taken)).status_code == 409
        await caller.call("PATCH", where, {"contactPhone": next(numbers)}, **{"If-Match": '"9"'})
        if turn < 5:
            await caller.call("DELETE", where)
    return {"customer_id": customer["customerId"], "contact_id": contact["contactId"]}


async def through_imports(caller: Caller, numbers: Iterator[str]) -> None:
    """Good rows, rows that collide, rows that are wrong beside the number, and wrong numbers."""
    items: list[Json] = [{"name": f"I{n}", "contactPhone": next(numbers)} for n in range(20)]
    items += [{"name": "I1", "contactPhone": next(numbers)} for _ in range(5)]
    items += [{"contactPhone": next(numbers)}, {"name": "", "contactPhone": next(numbers)}]
    items += [{"name": "odd", "contactPhone": next(numbers), "phone": next(numbers)}]
    items += [{"name": "wrong", "contactPhone": next(numbers) + "?"}]
    for query in ("?dryRun=true", ""):
        answer = await caller.call("POST", f"/customers/import{query}", {"items": items})
        assert (answer.json()["created"], answer.json()["errors"]) == (20, 9)


async def through_refusals(caller: Caller, numbers: Iterator[str]) -> None:
    """Wrong in form, in type, in place: none of it is repeated to the caller."""
    for body in (
        {"name": "x", "contactPhone": next(numbers) + "x?"},
        {"name": "x", "contactPhone": [next(numbers)]},
        {"name": "x", "contactEmail": next(numbers)},
        {"name": "x", "status": next(numbers)},
        {"phone": next(numbers)},
        [next(numbers)],
        next(numbers),
    ):
        assert (await caller.call("POST", "/customers", body)).status_code in (400, 201)
    for where in ("/customers/", "/contacts/", "/", "/docs/"):
        for method in ("GET", "PATCH", "DELETE"):
            await caller.call(method, where + next(numbers).replace("#", ""), {})
    mobile = next(number for number in numbers if number.isdigit())
    for header in ("X-User-Id", "If-Match", "Accept", "Accept-Language"):
        await caller.call("GET", "/customers", **{header: mobile})


async def out_of_every_route(caller: Caller, ids: Ids, number: str) -> None:
    """Everything that can be read, with every text parameter asked for a number."""
    for route in EVERY:
        if route.method != "GET":
            continue
        named = re.findall(r"\{(\w+)\}", route.path)
        where = path(route, ids) if set(named) <= set(ids) else nowhere(route)
        await caller.call("GET", where)
        for media in route.media:
            await caller.call("GET", where, Accept=media)
        for query in route.binding.queries:
            # A user id is whatever the identity provider says, and the access route shows it; so
            # do the filters behind the figures of a forecast.
            for name in members(query).keys() - {"userId", "ownerId"}:
                await caller.call("GET", str(httpx.URL(where, params={name: number})))
    for file in ("json", "csv", "ndjson", "xlsx"):
        answer = await caller.call("GET", f"/customers/export?format={file}")
        assert (answer.status_code, len(answer.content) > 1000) == (200, True)
    for resource in ("customer", "contact"):
        trail = await caller.call("GET", f"/audit-logs?pageSize=500&resourceType={resource}")
        assert "****" in trail.text


def kept_elsewhere(file: Path) -> list[bytes]:
    """Every value of every table but the columns that keep the numbers."""
    found: list[bytes] = []
    for (table,) in rows(file, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        columns = [
            str(row[0]) for row in rows(file, f"SELECT name FROM pragma_table_info('{table}')")
        ]
        others = [f'"{column}"' for column in columns if (table, column) not in KEPT | KEYS]
        for row in rows(file, f'SELECT {", ".join(others)} FROM "{table}"'):
            found += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    return found


def leaked(numbers: list[str], places: list[bytes]) -> set[str]:
    """The numbers that are somewhere, as they were written or by their digits alone."""
    all_places = b"\n".join(places).decode("utf-8", "replace")
    digits_alone = re.sub(r"(?<=\d)[ ()./,#-]+(?=\d)", "", all_places)
    return {
        number
        for number in numbers
        if number in all_places or re.sub(r"\D", "", number.split("ext")[0]) in digits_alone
    }


@pytest.mark.parametrize("log_format", ["json", in_soak("text")])
async def test_no_full_number_ever_comes_out(log_format: str, tmp_path: Path) -> None:
    every = list(all_numbers())
    assert len(every) == 200
    with serving(tmp_path, CRM_LOG_FORMAT=log_format, CRM_LOG_LEVEL="debug") as service:
        async with service.client() as client:
            caller = Caller(client)
            await everything(caller, itertools.cycle(every))
        assert service.stop() == 0
        logged = [line.encode() for line in service.log()]
    assert len(logged) >= 200
    found_in_place = {row[0] for row in rows(tmp_path / "crm.db", stored())}
    assert len(found_in_place & set(every)) >= 30, "they did go in"
    assert leaked(every, caller.heard) == set()
    assert leaked(every, logged) == set()
    assert leaked(every, kept_elsewhere(tmp_path / "crm.db")) == set()


async def everything(caller: Caller, numbers: Iterator[str]) -> None:
    ids = await through_customers_and_contacts(caller, numbers)
    await through_imports(caller, numbers)
    await through_refusals(caller, numbers)
    await out_of_every_route(caller, ids, next(numbers))


def stored() -> str:
    return " UNION ".join(f"SELECT {column} FROM {table}" for table, column in sorted(KEPT))


def test_the_search_itself_finds_a_number_in_any_form() -> None:
    numbers = list(all_numbers())[:4]
    for number in numbers:
        for place in (number, re.sub(r"\D", "", number), f'"x{number}y"', number.replace(" ", "-")):
            assert number in leaked(numbers, [b"something", place.encode()]), place
    assert leaked(numbers, [b"130****0000", b"021****0000"]) == set()


async def test_a_process_that_crashes_logs_no_body(tmp_path: Path) -> None:
    """A traceback names functions and lines, never what was in them."""
    with serving(tmp_path, CRM_LOG_FORMAT="text") as service:
        async with service.client() as client:
            caller = Caller(client)
            await caller.create("/customers", name="C", contactPhone="13847110001")
            break_the_trail(service)
            answer = await client.post(
                "/customers",
                json={"name": "D", "contactPhone": "13847110002"},
                headers={"X-Request-ID": "crash"},
            )
            assert answer.status_code == 500
        logged = service.log()
    assert any("Traceback" in line for line in logged)
    assert [line for line in logged if "13847110002" in line] == []


def break_the_trail(service: Process) -> None:
    rows(service.path, "ALTER TABLE audit_logs RENAME TO lost")
