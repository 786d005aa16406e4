"""Messages about daily limits."""

from typing import Final

from crm_cell.kernel.messages import Message

REVEALS_SPENT: Final = Message(
    "reveals_spent",
    "今日查看完整联系方式的次数已用完",
    "No more numbers or addresses can be seen in full today",
)
DRY_RUNS_SPENT: Final = Message(
    "dry_runs_spent", "今日试导入的行数已用完", "No more rows can be tested by dry runs today"
)
DUPLICATE_CHECKS_SPENT: Final = Message(
    "duplicate_checks_spent",
    "今日查重的次数已用完",
    "No more checks for duplicates can be made today",
)
