"""Messages about Today."""

from typing import Final

from crm_cell.kernel.messages import Message

OTHERS_DAY: Final = Message(
    "others_day",
    "只有可查看整个租户的调用方才能看他人的今天",
    "Only callers who see the whole tenant may see the day of others",
)
