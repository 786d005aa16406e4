"""GET /{resource}/export, from the declaration of the resource."""

from datetime import tzinfo
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from crm_cell.fields.checks import enum
from crm_cell.http.files import ACCEPTED, FILES
from crm_cell.http.negotiation import preferred
from crm_cell.http.paging import Listing, RequestedExportPage
from crm_cell.http.request import Request
from crm_cell.http.responses import Stream
from crm_cell.http.routing import Routes
from crm_cell.http.schema import Query
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, QueryTooBroad
from crm_cell.kernel.messages import Language
from crm_cell.kernel.scopes import EXPORT
from crm_cell.resources.exporting import Exporter, Rows
from crm_cell.resources.listing.found import Finding
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named
from crm_cell.resources.record import R
from crm_cell.resources.service import Service
from crm_cell.storage.engine import Database

NAMES, LABELS = "names", "labels"

_FORMAT: Final = Meta(
    description="格式；json 以外不带 page 时导出全部"
    " · The form; all but json give everything without page"
)
_COLUMNS: Final = Meta(
    description="表头：names 成员名与原值；labels 中文或英文名称，金额以元计，时间为当地时间，"
    "不用于 json"
    " · Headings: the names of members, with values as in answers; or labels, with amounts in the"
    " major unit and local times, not in json"
)


class ExportQuery(Query):
    narrows: ClassVar[bool] = False

    format: Annotated[str, enum("json", *FILES), _FORMAT] | None = None
    columns: Annotated[str, enum(NAMES, LABELS), _COLUMNS] = NAMES


def add_export(
    routes: Routes, service: Service[R], finding: Finding[R], summary: str, description: str
) -> None:
    exporter = Exporter(service, finding)
    row: Any = exporter.rows.type

    async def export(
        database: Database,
        actor: Actor,
        page: RequestedExportPage,
        query: ExportQuery,
        request: Request,
    ) -> Listing[row] | Stream:
        kind = query.format or preferred(request.headers.get("Accept"), ACCEPTED, "json")
        rows = await _rows(
            exporter, database, actor, query, (_zone_of(page), kind, request.language)
        )
        if kind == "json":
            found: Listing[row] = await exporter.page(database, actor, page)
            return found
        return await exporter.stream(database, actor, kind, page, rows)

    export.__doc__ = description
    routes.plain(
        "/export",
        summary,
        long=True,
        media=[kind.media for kind in FILES.values()],
        scope=EXPORT,
        rejections=[QueryTooBroad()],
    )(export)


def _zone_of(page: RequestedExportPage) -> tzinfo:
    """Raises BadRequest for a time zone that there is none of."""
    zone = zone_named(page.zone or DEFAULT_ZONE)
    if zone is None:
        raise BadRequest([FieldError("tz", "malformed")])
    return zone


async def _rows(
    exporter: Exporter[Any],
    database: Database,
    actor: Actor,
    query: ExportQuery,
    how: tuple[tzinfo, str, Language],
) -> Rows:
    """Raises BadRequest for labels in JSON."""
    zone, kind, language = how
    if query.columns == NAMES:
        return exporter.rows_for(actor)
    if kind == "json":
        raise BadRequest([FieldError("columns", "not_one_of", {"allowed": NAMES})])
    return await exporter.labelled(database, actor, language, zone)
