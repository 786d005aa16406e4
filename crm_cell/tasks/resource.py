"""Tasks: work that a user has to do, mostly for a customer."""

from crm_cell import fields as f
from crm_cell.customers.members.table import shared_with_members
from crm_cell.resources.record import Record
from crm_cell.resources.resource import CRUD, EXPORT, IMPORT, RESTORE, Resource, SharedThrough

KINDS = {
    "call": ("电话", "call"),
    "visit": ("拜访", "visit"),
    "quote": ("报价", "quote"),
    "payment": ("回款", "payment"),
    "other": ("其他", "other"),
}
STATUSES = {
    "open": ("待办", "open"),
    "done": ("已完成", "done"),
    "cancelled": ("已取消", "cancelled"),
}
REPETITIONS = {
    "daily": ("每天", "daily"),
    "weekly": ("每周", "weekly"),
    "monthly": ("每月", "monthly"),
}
ORIGINS = {
    "manual": ("手动", "manual"),
    "nextContact": ("下次联系", "next contact"),
    "rule": ("规则", "rule"),
}


class Task(Record):
    title: str = f.text(1, 200, ("任务标题", "Title"), examples=["回电确认报价"], searchable=True)
    kind: str = f.enum(KINDS, ("任务类型", "Kind"), default="other")
    due_on: str | None = f.date(("截止日期", "Due date"), sortable=True)
    due_at: int | None = f.instant(("截止时间", "Due time"), sortable=True)
    due: str | None = f.date_or_time(
        ("截止", "Due"),
        description=(
            "截止日期或截止时间，用于筛选和排序",
            "dueOn or dueAt, whichever there is: to filter and sort by",
        ),
        writable=f.Writable.NEVER,
        default=None,
        sortable=True,
    )
    remind_at: int | None = f.instant(("提醒时间", "Reminder"))
    repeat: str | None = f.enum(REPETITIONS, ("重复", "Repetition"))
    customer_id: str | None = f.reference(
        "customers", f.CASCADE, ("客户", "Customer"), filterable=True
    )
    opportunity_id: str | None = f.reference(
        "opportunities", f.KEEP, ("商机", "Opportunity"), on_erase=f.DELETE
    )
    contract_id: str | None = f.reference("contracts", f.KEEP, ("合同", "Contract"))
    contact_id: str | None = f.reference(
        "contacts", f.KEEP, ("联系人", "Contact"), on_erase=f.DELETE
    )
    follow_up_id: str | None = f.reference(
        "follow_ups", f.KEEP, ("跟进", "Follow-up"), on_erase=f.DELETE
    )
    assignee_id: str | None = f.owner(label=("执行人", "Assignee"))
    status: str = f.enum(STATUSES, ("状态", "Status"), default="open")
    done_at: int | None = f.time_of("status", "done", ("完成时间", "Done at"))
    done_by: str | None = f.user_of("status", "done", ("完成人", "Done by"))
    origin: str = f.enum(ORIGINS, ("来源", "Origin"), default="manual", writable=f.Writable.NEVER)


tasks = Resource(
    Task,
    path="/tasks",
    label=("任务", "Task"),
    verbs=CRUD | RESTORE | EXPORT | IMPORT,
    title="title",
    description="What somebody has to do next, mostly for a customer.",
    exclusive=(("due_on", "due_at"),),
    names_shared=True,
    indexed_by=(
        ("due_on",),
        ("due_at",),
        ("status",),
        ("status", "due"),
        ("assignee_id", "status", "due"),
        ("customer_id", "done_at"),
    ),
    shared_with_members=shared_with_members(written=True, added=True),
    shared_through=(SharedThrough("customers", foreign="id", local="customer_id", live=False),),
)
