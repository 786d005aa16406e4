"""The audit log on the wire."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from crm_cell.audit.labels import Labels
from crm_cell.audit.store import Entry
from crm_cell.audit.summary import summary
from crm_cell.fields.checks import enum, owner, text
from crm_cell.http.schema import Query, View
from crm_cell.http.time_range import From, To
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.messages import Language

ActionMeta: Final = Meta(description="操作 · What was done", examples=["created"])
TypeMeta: Final = Meta(description="记录类型 · Kind of record", examples=["customer"])
IdMeta: Final = Meta(
    description="被操作记录的编号 · Id of the record it was done to",
    examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
)
OriginMeta: Final = Meta(
    description="变更来源系统（X-Change-Origin） · The system that the change came from",
    examples=["erp"],
)
ActorMeta: Final = Meta(description="操作人 · Who did it", examples=["alice"])

Action = Annotated[
    str,
    enum(
        "created",
        "updated",
        "deleted",
        "restored",
        "revealed",
        "unmasked",
        "exported",
        "erased",
        "purged",
        "tested",
        "checked",
        "merged",
        "unmerged",
    ),
    ActionMeta,
]


def query_type(resource_types: Iterable[str]) -> type[Query]:
    """The filters of the list, for these types of records."""
    one_of = Annotated[str, enum(*resource_types), TypeMeta]

    class AuditQuery(Query):
        action: Action | None = None
        resource_type: one_of | None = None
        resource_id: Annotated[str, text(1, 64), IdMeta] | None = None
        actor: Annotated[str, owner(), ActorMeta] | None = None
        from_: From | None = msgspec.field(default=None, name="from")
        to: To | None = None

    return AuditQuery


class AuditLogView(View):
    """One action: who did what to which record, under which request."""

    audit_log_id: Annotated[
        str,
        Meta(
            description="审计记录编号 · Id of the audit entry",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c17"],
        ),
    ]
    tenant_id: str
    actor: Annotated[str, ActorMeta] | None
    action: Annotated[str, ActionMeta]
    resource_type: Annotated[str, TypeMeta]
    resource_id: Annotated[str, IdMeta]
    resource_name: (
        Annotated[
            str,
            Meta(
                description="记录当时的名称 · What the record was called then",
                examples=["杭州云图"],
            ),
        ]
        | None
    )
    summary: Annotated[
        str,
        Meta(
            description="一句话说明，语言随 Accept-Language · The entry as a sentence",
            examples=["alice 修改了客户「杭州云图」：状态 启用 → 停用"],
        ),
    ]
    changes: Annotated[
        dict[str, Any],
        Meta(
            description="变更前后 · What changed, before and after",
            examples=[{"name": {"before": "云图", "after": "云图科技"}}],
        ),
    ]
    request_id: str | None
    trace_id: str | None
    created_at: str
    origin: Annotated[str, OriginMeta] | None

    @classmethod
    def of(cls, entry: Entry, language: Language, labels: Labels) -> "AuditLogView":
        changes = msgspec.json.decode(entry.changes)
        return cls(
            audit_log_id=entry.id,
            tenant_id=entry.tenant_id,
            actor=entry.actor,
            action=entry.action,
            resource_type=entry.resource_type,
            resource_id=entry.resource_id,
            resource_name=entry.resource_name,
            summary=summary(entry, changes, language, labels),
            changes=changes,
            request_id=entry.request_id,
            trace_id=entry.trace_id,
            created_at=format_time(entry.created_at),
            origin=entry.origin,
        )
