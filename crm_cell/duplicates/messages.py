"""Messages about checks for duplicates."""

from typing import Final

from crm_cell.kernel.messages import Message

NOTHING_TO_CHECK: Final = Message(
    "nothing_to_check",
    "name、phone、email、uscc 至少填一项",
    "at least one of name, phone, email and uscc is needed",
)
NOT_AN_ID: Final = Message("not_a_record_id", "应为记录编号", "is not the id of a record")
PAIR_UNKNOWN: Final = Message("pair_unknown", "疑似重复不存在", "There is no such pair")
