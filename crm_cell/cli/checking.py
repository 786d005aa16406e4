"""`crm-cell check`: what a person wants to know before calling for help."""

import typer

from crm_cell.cli.complaint import Complaint
from crm_cell.cli.database import ready_settings, with_database
from crm_cell.opening import SEALED_TABLES
from crm_cell.secrets import store
from crm_cell.settings import Settings
from crm_cell.storage.counter_check import Difference, differences
from crm_cell.storage.engine import EVERY_TENANT, Database
from crm_cell.storage.open import faults_in, faults_of_nodes, place_of
from crm_cell.storage.schema import SCHEMA_VERSION


def check(*, counters: bool) -> None:
    settings = ready_settings()
    typer.echo(f"settings   ok, CRM_AUTH_MODE={settings.auth_mode}")
    typer.echo(f"schema     {SCHEMA_VERSION}, of this release")
    faults = faults_in(settings.database_url)
    report("integrity", faults)
    faults += _of_workers(settings.database_url)
    typer.echo(f"encryption {_encryption(settings)}")
    typer.echo(f"audit log  {_chain(settings)}")
    with_database(lambda database: database.ping())
    typer.echo(f"database   {place_of(settings.database_url)} answers")
    wrong = with_database(counter_faults) if counters else []
    if counters:
        report("counters", wrong)
    if faults or wrong:
        raise Complaint(f"{len(faults) + len(wrong)} faults found")


def _of_workers(url: str) -> list[str]:
    """What Citus's nodes lack; says nothing where nothing is distributed."""
    found = faults_of_nodes(url)
    if found is not None:
        report("workers", found)
    return found or []


def _encryption(settings: Settings) -> str:
    """Whether numbers and addresses lie open."""
    if not settings.keys.is_set:
        return "off: numbers and addresses lie open (CRM_ENCRYPTION_KEY)"
    open_to_some = with_database(
        lambda database: database.read(
            "keys.unfinished",
            EVERY_TENANT,
            lambda tx: store.unfinished(tx, SEALED_TABLES),
            long=True,
        )
    )
    if open_to_some:
        return f"unfinished for {len(open_to_some)} tenants: run crm-cell keys rotate"
    return f"on, {settings.encryption_cipher}"


def _chain(settings: Settings) -> str:
    """Whether it proves anything to those who do not trust whoever holds the database."""
    if settings.audit_key is None:
        return "chained without a key, which anybody could do anew (CRM_AUDIT_KEY)"
    return "chained with a key: crm-cell audit verify"


async def counter_faults(database: Database) -> list[str]:
    """What the counters say and a new count does not, a line each."""
    wrong = await database.read("counters.check", EVERY_TENANT, differences, long=True)
    return [_line(difference) for difference in wrong]


def report(subject: str, faults: list[str]) -> None:
    typer.echo(f"{subject:<10} {'ok' if not faults else f'{len(faults)} faults'}")
    for fault in faults:
        typer.echo(f"  {fault}")


def _line(difference: Difference) -> str:
    return (
        f"{difference.tenant}: {difference.name} [{difference.key}]"
        f" is {difference.kept}, counted {difference.true}"
    )
