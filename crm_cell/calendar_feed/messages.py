"""Messages about calendars."""

from typing import Final

from crm_cell.kernel.messages import Message

CALENDAR_UNKNOWN: Final = Message(
    "calendar_unknown", "日历不存在或已停用", "The calendar does not exist or was revoked"
)
NO_USER: Final = Message(
    "calendar_of_nobody", "只有用户才有日历", "Only a caller who is a user has a calendar"
)
NAME: Final = Message("calendar_name", "客户任务", "CRM tasks")
