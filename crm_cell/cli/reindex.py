"""`crm-cell reindex`: the search index, beside the service."""

import typer

from crm_cell.cli.caller import progress
from crm_cell.cli.database import with_database
from crm_cell.registry import make_services
from crm_cell.resources.reindexing import Gaps, Reindexed, Reindexing
from crm_cell.settings import read_settings
from crm_cell.storage.engine import Database


def reindex(*, everything: bool) -> None:
    services = make_services(search_texts=read_settings().search_texts)

    async def work(database: Database) -> Reindexed:
        with progress() as bar:
            task = bar.add_task("records", total=None)
            reindexing = Reindexing(
                database, services, on_records=lambda many: bar.advance(task, many)
            )
            return await reindexing.run(everything=everything)

    done = with_database(work)
    typer.echo(f"records: {done.records}, entries written: {done.written}, removed: {done.removed}")


async def search_faults(database: Database) -> list[str]:
    """Where the index is not what the records are, a line each."""
    services = make_services(search_texts=read_settings().search_texts)
    return [_line(each) for each in await Reindexing(database, services).gaps()]


def _line(gaps: Gaps) -> str:
    return (
        f"{gaps.tenant}: {gaps.kind}: {gaps.missing} entries are missing,"
        f" {gaps.superfluous} superfluous: crm-cell reindex"
    )
