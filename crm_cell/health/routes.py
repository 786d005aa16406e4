"""/health, /livez and /readyz. None needs a token."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from crm_cell import __version__
from crm_cell.http.readiness import Readiness
from crm_cell.http.responses import JSON_TYPE, Answer, encode
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import View
from crm_cell.kernel.errors import Unavailable
from crm_cell.storage.engine import Database

health = Routes(
    "",
    tag=Tag(
        "health",
        "健康检查",
        "Whether the service and its database answer. No token needed.",
    ),
)


class HealthView(View):
    """`up`, or `down` with status 503 when the database does not answer."""

    status: Annotated[str, Meta(description="up 正常, down 数据库无应答", examples=["up"])]
    cell: Annotated[str, Meta(description="细胞名称 · Name of the cell", examples=["crm"])] = "crm"
    version: Annotated[str, Meta(description="版本 · Version")] = __version__


DOWN = HealthView(status="down")


@health.plain("/health", "健康检查", open=True, probe=True, others={503: DOWN})
async def check(database: Database) -> HealthView | Answer:
    """Whether the service and its database answer."""
    return await _look_at(database.ping)


@health.plain("/readyz", "就绪检查", open=True, probe=True, others={503: DOWN})
async def ready(database: Database, readiness: Readiness) -> HealthView | Answer:
    """For orchestrators: whether to send requests here: 503 too while writes fail, and while the
    process ends."""
    return _down() if readiness.reasons else await _look_at(database.ready)


@health.plain("/livez", "存活检查", open=True, probe=True)
async def live() -> HealthView:
    """For orchestrators: whether the process runs at all; the database does not matter."""
    return HealthView(status="up")


async def _look_at(works: Callable[[], Awaitable[None]]) -> HealthView | Answer:
    try:
        await works()
    except Unavailable:
        return _down()
    return HealthView(status="up")


def _down() -> Answer:
    return Answer(503, encode(DOWN), [JSON_TYPE])
