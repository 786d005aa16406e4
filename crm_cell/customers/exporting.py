"""Customers as a file, streamed.

They are read in chunks, newest first, each in a transaction of its own: none stays open while a
slow client reads, and memory holds one chunk however many there are.
"""

from collections.abc import AsyncGenerator, Callable

from crm_cell.customers import service
from crm_cell.customers.schemas import CustomerView
from crm_cell.http.answers import Stream
from crm_cell.http.files import FILES, File
from crm_cell.http.paging import ExportAsked
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import PageRequest
from crm_cell.storage.engine import Database, Reader

# Large enough that handing it to a thread costs little, small enough to be done in 10 ms.
_CHUNK = 1000


async def stream(database: Database, actor: Actor, kind: str, asked: ExportAsked) -> Stream:
    """The page that is asked for or, where none is, everything."""
    # A database that cannot serve says so here, while there is still a status to say it with.
    await total(database, actor)
    headers = [
        (b"content-type", FILES[kind].media.encode()),
        (b"content-disposition", f'attachment; filename="customers.{kind}"'.encode()),
    ]
    page = asked if asked.named else None
    return Stream(pieces(database, actor, kind, page), headers)


async def total(database: Database, actor: Actor) -> int:
    return await database.read(
        "customers.export", actor.tenant, lambda tx: service.total(tx, actor), long=True
    )


async def pieces(
    database: Database,
    actor: Actor,
    kind: str,
    page: PageRequest | None = None,
    on_rows: Callable[[int], None] = lambda _: None,
) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece: of one page, or of everything. `on_rows` hears of every chunk
    how many rows it had."""
    made: list[File] = []
    try:
        await database.run_long(actor.tenant, lambda: made.append(FILES[kind](CustomerView)))
        file = made[0]
        asked: PageRequest | None = page or PageRequest(size=_CHUNK)
        while asked is not None:
            piece, rows, after = await _chunk(database, actor, file, asked)
            on_rows(rows)
            if piece:
                yield piece
            asked = PageRequest(size=_CHUNK, after=after) if after and page is None else None
        while piece := await database.run_long(actor.tenant, file.rest):
            yield piece
    finally:
        for file in made:  # also where its caller left while it was being made
            file.close()


async def _chunk(
    database: Database, actor: Actor, file: File, asked: PageRequest
) -> tuple[bytes, int, str | None]:
    async def unit(tx: Reader) -> tuple[bytes, int, str | None]:
        found = await service.list_(tx, actor, asked)
        return file.add([CustomerView.of(row) for row in found.rows]), len(found.rows), found.after

    return await database.read("customers.export", actor.tenant, unit, long=True)
