"""`crm-cell check`: checks settings, schema, integrity and the connection to the database."""

import typer

from crm_cell.cli.database import ready_settings, with_database
from crm_cell.cli.errors import CommandError
from crm_cell.cli.reindex import search_faults
from crm_cell.encryption import store
from crm_cell.opening import ENCRYPTED_TABLES
from crm_cell.registry import make_services
from crm_cell.resources.counter_check import differences
from crm_cell.settings import Settings
from crm_cell.storage.counter_check import Difference
from crm_cell.storage.engine import EVERY_TENANT, Database
from crm_cell.storage.open import faults_in, faults_of_nodes, place_of
from crm_cell.storage.schema_version import SCHEMA_VERSION


def check(*, counters: bool, search: bool) -> None:
    settings = ready_settings()
    typer.echo(f"settings   ok, CRM_AUTH_MODE={settings.auth_mode}")
    typer.echo(f"schema     {SCHEMA_VERSION}, of this release")
    faults = faults_in(settings.database_url)
    report("integrity", faults)
    faults += _worker_faults(settings.database_url)
    typer.echo(f"encryption {_encryption(settings)}")
    typer.echo(f"audit log  {_chain(settings)}")
    with_database(lambda database: database.ping())
    typer.echo(f"database   {place_of(settings.database_url)} answers")
    wrong = with_database(counter_faults) if counters else []
    if counters:
        report("counters", wrong)
    if search:
        gaps = with_database(search_faults)
        report("search", gaps)
        wrong += gaps
    if faults or wrong:
        raise CommandError(f"{len(faults) + len(wrong)} faults found")


def _worker_faults(url: str) -> list[str]:
    """What the Citus workers lack. Prints nothing if the database is not distributed."""
    found = faults_of_nodes(url)
    if found is not None:
        report("workers", found)
    return found or []


def _encryption(settings: Settings) -> str:
    """The state of field encryption."""
    if not settings.keys.is_set:
        return "off: numbers and addresses are plain text (CRM_ENCRYPTION_KEY)"
    unfinished = with_database(
        lambda database: database.read(
            "keys.unfinished",
            EVERY_TENANT,
            lambda tx: store.unfinished(tx, ENCRYPTED_TABLES),
            long=True,
        )
    )
    if unfinished:
        return f"unfinished for {len(unfinished)} tenants: run crm-cell keys rotate"
    return f"on, {settings.encryption_cipher}"


def _chain(settings: Settings) -> str:
    """Whether the hash chain protects against people with access to the database."""
    if settings.audit_key is None:
        return "chained without a key, which anyone could forge (CRM_AUDIT_KEY)"
    return "chained with a key: crm-cell audit verify"


async def counter_faults(database: Database) -> list[str]:
    """The counters that differ from a new count, one line each."""
    services = make_services()
    wrong = await database.read(
        "counters.check", EVERY_TENANT, lambda tx: differences(tx, services), long=True
    )
    return [_line(difference) for difference in wrong]


def report(subject: str, faults: list[str]) -> None:
    typer.echo(f"{subject:<10} {'ok' if not faults else f'{len(faults)} faults'}")
    for fault in faults:
        typer.echo(f"  {fault}")


def _line(difference: Difference) -> str:
    return (
        f"{difference.tenant}: {difference.name} [{difference.key}]"
        f" is {difference.stored}, counted {difference.counted}"
    )
