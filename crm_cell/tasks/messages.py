"""Messages about tasks."""

from typing import Final

from crm_cell.kernel.messages import Message

NOT_OPEN: Final = Message(
    "task_not_open",
    "任务已完成或已取消，请先重新打开",
    "The task is done or cancelled: reopen it first",
)
REPEATS_WITHOUT_DUE: Final = Message(
    "repeats_without_due",
    "重复任务需要 dueOn 或 dueAt",
    "A task that repeats needs dueOn or dueAt",
)
IN_THE_PAST: Final = Message(
    "next_in_the_past", "应在今天或以后", "must not be in the past: give today or a later day"
)
