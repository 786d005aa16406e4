"""Messages about reports."""

from typing import Final

from crm_cell.kernel.messages import Message

NO_PERIOD: Final = Message(
    "no_period",
    "应为年、季或月，例如 2026、2026Q4、2026-10",
    "is no year, quarter or month: write 2026, 2026Q4 or 2026-10",
)
ENDS_FIRST: Final = Message("ends_first", "应晚于 from", "has to be later than from")
TOO_MANY_PERIODS: Final = Message(
    "too_many_periods",
    "from 与 to 之间超过 {limit} 行，请缩小范围或改按周、月",
    "gives more than {limit} rows: take a shorter range, or weeks or months",
)
