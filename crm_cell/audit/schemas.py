"""The audit trail on the wire."""

from typing import Annotated, Any

import msgspec

from crm_cell.audit.sentences import sentence
from crm_cell.audit.store import Entry
from crm_cell.http.fields import choice, owner, text, time
from crm_cell.http.schema import Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.messages import Language

ResourceType = Annotated[
    str,
    choice("customer", "contact", "opportunity", "follow_up", "contract", "payment", "api_key"),
]

Action = Annotated[
    str,
    choice("created", "updated", "deleted", "restored", "revealed", "exported", "erased", "tested"),
]


class AuditQuery(Query):
    action: Action | None = None
    resource_type: ResourceType | None = None
    resource_id: Annotated[str, text(1, 64)] | None = None
    actor: Annotated[str, owner()] | None = None
    from_: Annotated[int, time()] | None = msgspec.field(default=None, name="from")
    to: Annotated[int, time()] | None = None


class AuditLogView(View):
    """One deed: who did what to which record, under which request."""

    audit_log_id: str
    tenant_id: str
    actor: str | None
    action: str
    resource_type: str
    resource_id: str
    resource_name: str | None
    summary: str
    changes: dict[str, Any]
    request_id: str | None
    trace_id: str | None
    created_at: str

    @classmethod
    def of(cls, entry: Entry, language: Language) -> "AuditLogView":
        changes = msgspec.json.decode(entry.changes)
        return cls(
            audit_log_id=entry.id,
            tenant_id=entry.tenant_id,
            actor=entry.actor,
            action=entry.action,
            resource_type=entry.resource_type,
            resource_id=entry.resource_id,
            resource_name=entry.resource_name,
            summary=sentence(entry, changes, language),
            changes=changes,
            request_id=entry.request_id,
            trace_id=entry.trace_id,
            created_at=format_time(entry.created_at),
        )
