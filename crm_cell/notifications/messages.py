"""The texts of notifications: with the name of the record, and without it."""

from collections.abc import Mapping
from typing import Final

from crm_cell.inbox.store import HANDOVER, TASK_ASSIGNED, TASK_REMINDER
from crm_cell.kernel.messages import Message

NOTIFICATION_UNKNOWN: Final = Message(
    "notification_unknown", "通知不存在", "The notification does not exist"
)
SOMEBODY: Final = Message("somebody", "有人", "Somebody")

NAMED: Final[Mapping[str, Message]] = {
    TASK_REMINDER: Message("reminder_named", "提醒：{title}", "Reminder: {title}"),
    TASK_ASSIGNED: Message(
        "assigned_named", "{sender}给你安排了任务：{title}", "{sender} gave you a task: {title}"
    ),
}
UNNAMED: Final[Mapping[str, Message]] = {
    TASK_REMINDER: Message(
        "reminder_unnamed",
        "提醒：一个你已无法查看的任务",
        "Reminder of a task that you can no longer see",
    ),
    TASK_ASSIGNED: Message(
        "assigned_unnamed",
        "{sender}给你安排了任务，你已无法查看",
        "{sender} gave you a task that you can no longer see",
    ),
    HANDOVER: Message(
        "handover_received",
        "{sender}的 {many} 条记录移交给了你",
        "You received records of {sender}: {many}",
    ),
}
