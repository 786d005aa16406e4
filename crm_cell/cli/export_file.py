"""`crm-cell export`: what GET /customers/export sends, into a file."""

import asyncio
from pathlib import Path

import typer

from crm_cell.cli.caller import caller, progress
from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.database import with_database
from crm_cell.customers import exporting
from crm_cell.http.files import FILES
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.private_files import appearing
from crm_cell.storage.engine import Database


def export_file(path: Path, tenant: str, user: str | None) -> None:
    actor = caller(tenant, user)
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FILES:
        raise Complaint(f"{path}: the name must end in .{', .'.join(FILES)}", MISUSED)
    count = with_database(lambda database: _export(database, actor, kind, path))
    typer.echo(f"{path}: {count} customers")


async def _export(database: Database, actor: Actor, kind: str, path: Path) -> int:
    """Who finds the file finds it whole, and only its owner can read it."""
    total = await exporting.total(database, actor)
    count = 0

    def seen(rows: int) -> None:
        nonlocal count
        count += rows
        bar.advance(task, rows)

    with progress() as bar, appearing(path, replace=True) as whole, whole.open("wb") as file:
        task = bar.add_task("customers", total=total)
        async for piece in exporting.pieces(database, actor, kind, on_rows=seen):
            await asyncio.to_thread(file.write, piece)
    return count
