"""`crm-cell export`: writes the data of GET /…/export to a file."""

import asyncio
from pathlib import Path
from typing import Any

import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.database import with_database
from crm_cell.cli.errors import MISUSED, CommandError
from crm_cell.cli.import_resource import service_named
from crm_cell.http.files import FILES
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.messages import Language
from crm_cell.kernel.private_files import atomic_file
from crm_cell.resources.exporting import Exporter
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named
from crm_cell.resources.resource import Verbs
from crm_cell.resources.service import Service
from crm_cell.storage.engine import Database

# The values of --columns, with the language of the labels.
_COLUMNS: dict[str, Language | None] = {"names": None, "labels-zh": "zh", "labels-en": "en"}


def export_file(
    path: Path, tenant: str, user: str | None, resource: str = "customers", columns: str = "names"
) -> None:
    actor = caller(tenant, user)
    if columns not in _COLUMNS:
        raise CommandError(f"--columns {columns}: one of {', '.join(_COLUMNS)}", MISUSED)
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FILES:
        raise CommandError(f"{path}: the name must end in .{', .'.join(FILES)}", MISUSED)
    service = service_named(resource, Verbs.EXPORT)
    language = _COLUMNS[columns]
    count = with_database(lambda database: _export(database, actor, service, kind, language, path))
    typer.echo(f"{path}: {count} {resource}")


async def _export(
    database: Database,
    actor: Actor,
    service: Service[Any],
    kind: str,
    language: Language | None,
    path: Path,
) -> int:
    """The file appears when it is complete, and only its owner can read it."""
    exporter = Exporter(service)
    zone = zone_named(DEFAULT_ZONE)
    rows = None
    if language is not None and zone is not None:
        rows = await exporter.labelled(database, actor, language, zone)
    total = await exporter.total(database, actor)
    count = 0

    def seen(rows: int) -> None:
        nonlocal count
        count += rows
        bar.advance(task, rows)

    with progress() as bar, atomic_file(path, replace=True) as whole, whole.open("wb") as file:
        task = bar.add_task(service.resource.tag, total=total)
        async for piece in exporter.pieces(database, actor, kind, rows=rows, on_rows=seen):
            await asyncio.to_thread(file.write, piece)
    return count
