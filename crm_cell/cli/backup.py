"""`crm-cell backup` and `restore`, for the embedded database."""

import asyncio
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from crm_cell.cli.audit import audit_faults
from crm_cell.cli.caller import progress
from crm_cell.cli.check import counter_faults, report
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.kernel.private_files import make_folder, publish, temporary_file
from crm_cell.opening import open_database, start
from crm_cell.settings import Settings, read_settings
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.migrate import migrate, schema_version
from crm_cell.storage.open import check_name, faults_in, is_postgres, sole_service, sqlite_path
from crm_cell.storage.schema_version import SCHEMA_VERSION
from crm_cell.storage.sqlite.backup import back_up, copy_checked
from crm_cell.storage.sqlite.connection import connect
from crm_cell.storage.sqlite.process_lock import real_path

_LOGS = ("-wal", "-shm")


def backup(file: Path) -> None:
    settings = read_settings()
    path = _sqlite_path(settings)
    check_name(settings.database_url)
    # A database with an older schema can be backed up, since people do that before a migration.
    if schema_version(settings.database_url) is None:
        raise CommandError(f"{path}: there is no database yet")
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
    path = _sqlite_path(settings)
    make_folder(path.parent)
    with nullcontext() if verify else sole_service(settings.database_url):
        if path.exists() and not (verify or replace):
            raise CommandError(f"{path}: there is a database already: --replace moves it aside")
        with temporary_file(path) as copy:
            _check(file, copy, settings)
            if not verify:
                _replace_database(copy, path)
    typer.echo(f"{file}: {'verified; nothing was restored' if verify else f'is now {path}'}")


def _check(file: Path, copy: Path, settings: Settings) -> None:
    """Copy the backup and verify the copy. Raises CommandError and CannotOpen."""
    copy_checked(file, copy)
    typer.echo("checksum   ok")
    url = f"sqlite:///{copy.absolute()}"
    try:
        _check_copy(settings.model_copy(update={"database_url": url}))
    finally:
        for suffix in _LOGS:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _check_copy(settings: Settings) -> None:
    url = settings.database_url
    faults = faults_in(url)
    report("integrity", faults)
    if faults:
        raise CommandError("the backup is damaged: nothing was restored")
    version = schema_version(url)
    if version is None:
        raise CommandError("the backup is not a database of this service: nothing was restored")
    migrate(url)
    upgraded = "of this release" if version == SCHEMA_VERSION else f"now {SCHEMA_VERSION}"
    typer.echo(f"schema     {version}, {upgraded}")
    if asyncio.run(_check_contents(settings)):
        raise CommandError("the contents of the backup are inconsistent: nothing was restored")


async def _check_contents(settings: Settings) -> int:
    """The number of faults in the counters and the audit log."""
    database = open_database(settings)
    await start(database, settings)
    try:
        faults = await counter_faults(database)
        report("counters", faults)
        typer.echo("audit log")
        return len(faults) + await audit_faults(database, settings)
    finally:
        await database.stop()


def _replace_database(copy: Path, path: Path) -> None:
    """Replace the database atomically: after an interruption it is the old one or the new one."""
    aside = path.with_name(f"{path.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    if path.exists():
        _empty_log(path)
        aside.hardlink_to(path)
        # SQLite would apply the remaining log of a damaged database to the new one.
        for suffix in _LOGS:
            if (log := path.with_name(path.name + suffix)).exists():
                log.rename(aside.with_name(aside.name + suffix))
        typer.echo(f"the previous database is {aside}")
    publish(copy, path, replace=True)


def _empty_log(path: Path) -> None:
    """Closing the last connection empties the log, unless the database is too damaged to open."""
    with suppress(CannotOpen):
        connect(path).close()


def _sqlite_path(settings: Settings) -> Path:
    if is_postgres(settings.database_url):
        raise CommandError(
            "PostgreSQL is backed up with pg_dump: docs/operating/backup.md", MISUSED
        )
    return real_path(sqlite_path(settings.database_url))
