"""Usage: python -m benchmarks.erasure [--rows N] [--engines …] [--folder F]

Measures `crm-cell subject` in a database of a million rows: equal numbers of customers, contacts,
audit entries, events and stored answers. One person is the oldest record, so that everything since
then has to be searched, the other one is the newest.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import apsw
import asyncpg

from benchmarks.arguments import parser_of
from benchmarks.databases import Place, a_folder, databases_of
from benchmarks.seed_rows import TENANT, customer_id
from crm_cell.storage.open import is_postgres, sqlite_path

_TABLES = 5
MOST_SECONDS = 60.0


def main() -> None:
    chosen = _arguments()
    with a_folder(chosen.folder) as folder:
        for kind in chosen.engines:
            with databases_of(kind, folder) as databases:
                print(f"{kind}: creating {chosen.rows:,} rows", flush=True)
                place = databases.seeded("people", chosen.rows // _TABLES)
                _leave_traces(place)
                for name, arguments in _commands(f"{folder}/{kind}", chosen.rows // _TABLES):
                    print(f"{kind}: {name}: {_seconds(place, arguments):.1f} s", flush=True)
                # The maximum of all finished child processes; the server is still running.
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
                print(f"{kind}: at most {peak:.0f} MiB of memory")
    print(f"budget: at most {MOST_SECONDS:.0f} s each")


def _commands(prefix: str, customers: int) -> Iterator[tuple[str, list[str]]]:
    by_id = ["--customer", customer_id(0)]
    by_number = ["--phone", f"138{customers - 1:08}"]
    yield "export by id", ["export", *by_id, "--out", f"{prefix}-id.json"]
    yield "export by number", ["export", *by_number, "--out", f"{prefix}-number.json"]
    yield "erase by id", ["erase", *by_id, "--yes"]
    yield "erase by number", ["erase", *by_number, "--yes"]


def _seconds(place: Place, arguments: list[str]) -> float:
    command = [sys.executable, "-m", "crm_cell", "subject", *arguments, "--tenant", TENANT]
    began = time.perf_counter()
    settings = {"CRM_DATABASE_URL": place.url}
    subprocess.run(command, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _leave_traces(place: Place) -> None:
    """For each customer, insert a contact with its number, and the traces of its creation."""
    if is_postgres(place.url):
        statements = list(_statements("convert_to({}, 'UTF8')", "'\\x00'"))
        asyncio.run(_run_on_postgres(place.url, statements))
        return
    connection = apsw.Connection(str(sqlite_path(place.url)))
    for statement in _statements("CAST({} AS BLOB)", "x'00'"):
        with connection:
            connection.execute(statement)
    connection.execute("PRAGMA optimize")
    connection.close()


async def _run_on_postgres(url: str, statements: list[str]) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _statements(as_bytes: str, nothing: str) -> Iterator[str]:
    data = _json(customerId="id", tenantId="tenant_id", name="name", contactEmail="contact_email")
    changes = '\'{"name":{"after":"\' || name || \'"}}\''
    yield (
        "INSERT INTO contacts (tenant_id, id, customer_id, owner_id, name, phone, phone_key,"
        " is_primary, version, created_at, updated_at) SELECT tenant_id, id, id, owner_id, name,"
        " contact_phone, contact_phone_key, 1, 1, created_at, updated_at FROM customers"
    )
    yield (
        "INSERT INTO audit_logs (tenant_id, id, action, resource_type, resource_id, changes,"
        " request_id, created_at) SELECT tenant_id, id, 'created', 'customer', id,"
        f" {changes}, 'create-' || id, created_at FROM customers"
    )
    yield (
        "INSERT INTO events (tenant_id, id, event_type, data, created_at) SELECT tenant_id, id,"
        f" 'crm.customer.created', {data}, created_at FROM customers"
    )
    yield (
        "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, status, body,"
        " etag, resource_id, created_at) SELECT tenant_id, 'POST', '/customers', 'create-' || id,"
        f" {nothing}, 201, {as_bytes.format(data)}, '\"1\"', id, created_at FROM customers"
    )


def _json(**columns: str) -> str:
    """A JSON object of these columns, in SQL for both databases."""
    members = ("'\"" + member + '":"\' || ' + column for member, column in columns.items())
    return "'{' || " + " || '\",' || ".join(members) + " || '\"}'"


def _arguments() -> argparse.Namespace:
    parser = parser_of("benchmarks.erasure")
    parser.add_argument("--rows", type=int, default=1_000_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
