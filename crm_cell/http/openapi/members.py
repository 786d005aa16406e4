"""Descriptions of members and parameters that mean the same in every resource.

The declaration of a field has precedence.
"""

from collections.abc import Iterable
from typing import Any, Final

from crm_cell.http.routing import Route
from crm_cell.kernel.clock import format_time

STAMP: Final = format_time(1_795_400_760_123)


def _member(meaning: str, *examples: object) -> dict[str, Any]:
    return {"description": meaning} | ({"examples": list(examples)} if examples else {})


MEMBERS: Final[dict[str, dict[str, Any]]] = {
    "tenantId": _member("租户 · The tenant", "demo"),
    "ownerId": _member("负责人（平台用户编号） · The owner, a user id of the platform", "alice"),
    "createdAt": _member("创建时间 · When it was created", STAMP) | {"format": "date-time"},
    "updatedAt": _member("最后变更时间 · When it last changed", STAMP) | {"format": "date-time"},
    "currency": _member("币种，ISO 4217 · Currency, ISO 4217", "CNY"),
    "data": _member("本页数据 · The rows of this page"),
    "total": _member("总条数 · Number of all rows", 1),
    "page": _member("页码，从 1 起，不能与 cursor 同用 · Page number from 1, not with cursor", 1),
    "pageSize": _member("每页条数 · Rows per page", 20),
    "cursor": _member("上一页的 nextCursor · The nextCursor of the page before"),
    "nextCursor": _member(
        "下一页游标，末页为 null · Cursor of the next page, null on the last", None
    ),
    "requestId": _member("请求ID · Id of the request", "req-7f3c2a10"),
    "traceId": _member("链路ID · Id of the trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
}


def members_of(routes: Iterable[Route]) -> dict[str, dict[str, Any]]:
    """MEMBERS, and the ids of the resources."""
    own = {name: dict(schema) for route in routes for name, schema in route.members.items()}
    return MEMBERS | own
