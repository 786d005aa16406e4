"""POST /{resource}/import, from the declaration of the resource."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, as_meta, enum, items, string
from crm_cell.fields.external_ids import source_name
from crm_cell.http.paging import ZONE
from crm_cell.http.request import Request
from crm_cell.http.routing import MIB, Routes
from crm_cell.http.schema import Query
from crm_cell.http.uploads import UploadBody
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, RateLimited
from crm_cell.kernel.messages import Language
from crm_cell.resources.importing.importer import How, Importer
from crm_cell.resources.importing.report import every_id
from crm_cell.resources.importing.table import upload_reader
from crm_cell.resources.importing.writing import Mode
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named
from crm_cell.reveals.messages import DRY_RUNS_SPENT
from crm_cell.storage.engine import Tx

MOST_ROWS: Final = 2000
BODY_LIMIT: Final = 8 * MIB

_DRY_RUN: Final = Meta(description="只校验不写入 · Report what would happen, and keep nothing")
_MODE: Final = Meta(
    description="create 只新建；upsert 还按编号更新 · create makes new records; upsert also changes"
    " those whose id a row has"
)
_SOURCE: Final = Meta(
    description="来源系统，各行可用其外部编号 · The system whose ids refer to records in rows",
    examples=["erp"],
)
_ITEMS: Final = Meta(
    description="行，用成员名或标签，逐行校验 · Rows by member or label, each checked by itself"
)


def _check_zone(value: Any) -> str:
    if zone_named(string(value)) is None:
        raise InvalidValue("malformed")
    return str(value)


class ImportQuery(Query):
    dry_run: Annotated[bool, _DRY_RUN] = False
    mode: Annotated[str, enum("create", "upsert"), _MODE] = "create"
    source: Annotated[str, source_name(), _SOURCE] | None = None
    # Checked here, so that a wrong zone is reported beside the faults of the body.
    tz: Annotated[str, as_meta(_check_zone, min_length=1, max_length=100), ZONE] | None = None


def add_import(routes: Routes, importer: Importer[Any], summary: str, description: str) -> None:
    resource = importer.service.resource
    report_view: Any = importer.reporter.type
    listed = items(1, MOST_ROWS, of=importer.writer.create_body, label=("各行", "The rows"))
    body_type: Any = msgspec.defstruct(
        f"{resource.record.__name__}Import",
        [("items", Annotated[list[Any], listed, _ITEMS])],
        bases=(UploadBody,),
        kw_only=True,
        module=resource.record.__module__,
    )

    async def import_(
        tx: Tx, actor: Actor, body: body_type, query: ImportQuery, request: Request
    ) -> report_view:
        return await importer.run(tx, actor, body, how_of(query, request.language))

    import_.__doc__ = description
    routes.write(
        "POST",
        "/import",
        summary,
        long=True,
        body_limit=BODY_LIMIT,
        shown_ids=every_id,
        rejections=[RateLimited(message=DRY_RUNS_SPENT)],
        read_file=upload_reader(importer.headings, MOST_ROWS),
    )(import_)


def how_of(query: ImportQuery, language: Language) -> How:
    """Raises BadRequest."""
    zone = zone_named(query.tz or DEFAULT_ZONE)
    if zone is None:
        raise BadRequest([FieldError("tz", "malformed")])
    mode: Mode = "upsert" if query.mode == "upsert" else "create"
    return How(mode, zone, language, query.dry_run, query.source)
