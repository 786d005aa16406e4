"""`crm-cell backup` and `restore`, for the embedded database."""

import asyncio
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from crm_cell.cli.auditing import trail_faults
from crm_cell.cli.caller import progress
from crm_cell.cli.checking import counter_faults, report
from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.kernel.private_files import make_folder, publish, unfinished
from crm_cell.opening import open_database, start
from crm_cell.settings import Settings, read_settings
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.open import check_name, faults_in, is_postgres, sole_service, sqlite_path
from crm_cell.storage.schema import SCHEMA_VERSION
from crm_cell.storage.sole_service import real_path
from crm_cell.storage.sqlite_backup import back_up, copy_checked
from crm_cell.storage.sqlite_connection import connect

_LOGS = ("-wal", "-shm")


def backup(file: Path) -> None:
    settings = read_settings()
    path = _embedded(settings)
    check_name(settings.database_url)
    # Also of an older schema: it is before a migration that people make backups.
    if schema_version(settings.database_url) is None:
        raise Complaint(f"{path}: there is no database yet")
    with progress() as bar:
        task = bar.add_task("pages", total=None)
        checksum = back_up(
            path,
            file,
            lambda remaining, pages: bar.update(task, total=pages, completed=pages - remaining),
        )
    typer.echo(f"{file}: {file.stat().st_size} bytes, sha256 {checksum}")


def restore(file: Path, *, verify: bool, replace: bool) -> None:
    settings = read_settings()
    path = _embedded(settings)
    make_folder(path.parent)
    with nullcontext() if verify else sole_service(settings.database_url):
        if path.exists() and not (verify or replace):
            raise Complaint(f"{path}: there is a database already: --replace moves it aside")
        with unfinished(path) as copy:
            _check(file, copy, settings)
            if not verify:
                _put(copy, path)
    typer.echo(f"{file}: {'verified; nothing was restored' if verify else f'is now {path}'}")


def _check(file: Path, copy: Path, settings: Settings) -> None:
    """Copy the backup and look for faults in the copy. Raises Complaint, and CannotOpen."""
    copy_checked(file, copy)
    typer.echo("checksum   ok")
    url = f"sqlite:///{copy.absolute()}"
    try:
        _check_copy(msgspec.structs.replace(settings, database_url=url))
    finally:
        for suffix in _LOGS:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _check_copy(settings: Settings) -> None:
    url = settings.database_url
    faults = faults_in(url)
    report("integrity", faults)
    if faults:
        raise Complaint("the backup is damaged: nothing was restored")
    version = schema_version(url)
    if version is None:
        raise Complaint("the backup is no database of this service: nothing was restored")
    migrate(url)
    upgraded = "of this release" if version == SCHEMA_VERSION else f"now {SCHEMA_VERSION}"
    typer.echo(f"schema     {version}, {upgraded}")
    if asyncio.run(_check_contents(settings)):
        raise Complaint("the backup does not hold together: nothing was restored")


async def _check_contents(settings: Settings) -> int:
    """How many faults there are in the counters and the audit trail."""
    database = open_database(settings)
    await start(database, settings)
    try:
        faults = await counter_faults(database)
        report("counters", faults)
        typer.echo("audit log")
        return len(faults) + await trail_faults(database, settings)
    finally:
        await database.stop()


def _put(copy: Path, path: Path) -> None:
    """In one step: an interrupted restore leaves the old database or the new one."""
    aside = path.with_name(f"{path.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    if path.exists():
        _empty_log(path)
        aside.hardlink_to(path)
        # SQLite would apply what is left of a damaged database's log to the new one.
        for suffix in _LOGS:
            if (log := path.with_name(path.name + suffix)).exists():
                log.rename(aside.with_name(aside.name + suffix))
        typer.echo(f"what was there before is {aside}")
    publish(copy, path, replace=True)


def _empty_log(path: Path) -> None:
    """The last connection to be closed does, unless the database is too damaged to be opened."""
    with suppress(CannotOpen):
        connect(path).close()


def _embedded(settings: Settings) -> Path:
    if is_postgres(settings.database_url):
        raise Complaint("PostgreSQL is backed up with pg_dump: docs/operating/backup.md", MISUSED)
    return real_path(sqlite_path(settings.database_url))
