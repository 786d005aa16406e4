"""GET /audit-logs."""

from collections.abc import Awaitable, Callable
from typing import Any

from crm_cell.audit import service
from crm_cell.audit.labels import Labels
from crm_cell.audit.schemas import AuditLogView, query_type
from crm_cell.audit.store import Entry, Filter
from crm_cell.http.paging import Page, RequestedPage
from crm_cell.http.request import Request
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.scopes import ADMIN
from crm_cell.storage.engine import Reader

OfTenant = Callable[[Reader, str], Awaitable[Labels]]
"""Gives the labels of one tenant."""


def audit_routes(labels: Labels, of_tenant: OfTenant) -> Routes:
    """The list of audit entries, for all types of records that have labels."""
    audit_logs = Routes(
        "/audit-logs",
        tag=Tag("audit-logs", "审计日志", "Who did what to which record, under which request."),
    )
    query_kind: Any = query_type(labels)

    @audit_logs.read("", "审计日志", long=True, scope=ADMIN)
    async def list_(
        tx: Reader, actor: Actor, query: query_kind, page: RequestedPage, request: Request
    ) -> Page[AuditLogView]:
        """The audit log, newest first."""
        wanted = Filter(
            actor=query.actor,
            action=query.action,
            resource_type=query.resource_type,
            resource_id=query.resource_id,
            begin=query.from_,
            end=query.to,
        )

        known = await of_tenant(tx, actor.tenant)

        def view(entry: Entry) -> AuditLogView:
            return AuditLogView.of(entry, request.language, known)

        return page.answer(await service.list_(tx, actor, wanted, page), view)

    return audit_logs
