"""Opens the database of the settings for one command."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from crm_cell.cli.errors import CommandError
from crm_cell.opening import opened
from crm_cell.settings import Settings, read_settings
from crm_cell.storage.engine import Database
from crm_cell.storage.migrate import is_current, schema_version
from crm_cell.storage.open import check_name, place_of

T = TypeVar("T")


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run `work` on the database, which must exist and have this release's schema."""
    return asyncio.run(_open_for(ready_settings(), work))


def ready_settings() -> Settings:
    """Raises CommandError unless there is a database with this release's schema."""
    settings = read_settings()
    place = place_of(settings.database_url)
    check_name(settings.database_url)
    if schema_version(settings.database_url) is None:
        raise CommandError(f"{place}: there is no database yet: crm-cell migrate makes one")
    if not is_current(settings.database_url):
        raise CommandError(f"{place}: not the schema of this release: run crm-cell migrate")
    return settings


async def _open_for(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async with opened(settings) as database:
        return await work(database)
