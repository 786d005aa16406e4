"""GET /audit-logs."""

from crm_cell.audit import service
from crm_cell.audit.schemas import AuditLogView, AuditQuery
from crm_cell.audit.store import Entry, Filter
from crm_cell.http.paging import Asked, Page
from crm_cell.http.request import Request
from crm_cell.http.routing import Routes
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.scopes import ADMIN
from crm_cell.storage.engine import Reader

audit_logs = Routes("/audit-logs", tag="audit-logs")


@audit_logs.read("", "审计日志", long=True, scope=ADMIN)
async def list_(
    tx: Reader, actor: Actor, query: AuditQuery, page: Asked, request: Request
) -> Page[AuditLogView]:
    """The audit trail, newest first."""
    wanted = Filter(
        actor=query.actor,
        action=query.action,
        resource_type=query.resource_type,
        resource_id=query.resource_id,
        begin=query.from_,
        end=query.to,
    )

    def view(entry: Entry) -> AuditLogView:
        return AuditLogView.of(entry, request.language)

    return page.answer(await service.list_(tx, actor, wanted, page), view)
