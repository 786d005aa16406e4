"""Messages about rows of an import."""

from typing import Final

from crm_cell.kernel.messages import Message

IMPORT_DIFFERS: Final = Message(
    "import_row_differs",
    "该记录已存在且内容不同（{members}）；mode=upsert 才会修改",
    "This record exists and differs in {members}; only mode=upsert changes it",
)
MASKED: Final = Message("masked", "已脱敏，需要完整内容", "is masked, and is needed in full")
AMBIGUOUS: Final = Message(
    "ambiguous_title",
    "有 {count} 条同名记录，请填写编号",
    "is the title of {count} records: give the id",
)
NOT_A_DAY: Final = Message(
    "not_a_day", "不是可识别的日期，请写作 2026-01-31", "is not a date: write 2026-01-31"
)
AMBIGUOUS_DAY: Final = Message(
    "ambiguous_day",
    "日月顺序不明，请写作 2026-01-31",
    "may be two dates: write 2026-01-31",
)
NOT_A_CHOICE: Final = Message(
    "not_a_choice", "不是可选值；可用：{allowed}", "is not a choice; there are {allowed}"
)
NOT_MONEY: Final = Message(
    "not_money",
    "不是金额，小数至多 {places} 位",
    "is not an amount with at most {places} decimals",
)
