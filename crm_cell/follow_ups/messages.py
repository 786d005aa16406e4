"""Messages about follow-ups."""

from typing import Final

from crm_cell.kernel.labels import Label
from crm_cell.kernel.messages import Message

NEXT_AT: Final[Label] = ("下次联系时间", "Time of the next contact")

NOT_YET: Final = Message(
    "not_yet", "不能晚于现在", "cannot be in the future: a follow-up has happened"
)
NEXT_IN_THE_PAST: Final = Message(
    "next_contact_in_the_past",
    "应在今天或以后",
    "must not be in the past: give today or a later day or time",
)
