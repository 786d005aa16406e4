"""Messages about handovers."""

from typing import Final

from crm_cell.kernel.messages import Message

HANDOVER_UNKNOWN: Final = Message("handover_unknown", "移交不存在", "The handover does not exist")
TO_ONESELF: Final = Message(
    "handover_to_oneself", "不能移交给本人", "cannot be the user whose records are given away"
)
TWICE: Final = Message("handover_twice", "接收人重复", "is named twice")
UNDONE: Final = Message("handover_undone", "移交已撤销", "The handover has been undone")
TOO_LATE: Final = Message(
    "handover_too_late",
    "移交已超过 {days} 天，不能撤销",
    "A handover can be undone for {days} days",
)
