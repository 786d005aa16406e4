"""Messages about options."""

from typing import Final

from crm_cell.kernel.messages import Message

OPTION_UNKNOWN: Final = Message("option_unknown", "选项不存在", "The option does not exist")
OPTION_EXISTS: Final = Message("option_exists", "选项已存在", "The option exists already")
LABEL_TAKEN: Final = Message(
    "option_label_taken",
    "选项 {option} 已使用此名称",
    "The option {option} has this label already",
)
OPTION_USED: Final = Message(
    "option_used",
    "已有记录使用此选项，请停用",
    "Records have this option: deactivate it",
)
OPTION_BUILT_IN: Final = Message(
    "option_built_in",
    "系统自带的选项不能删除，请停用",
    "An option that every tenant has cannot be deleted: deactivate it",
)
OPTION_PRESET: Final = Message(
    "option_preset",
    "新记录的默认选项不能停用",
    "The option that new records get by default stays active",
)
LAST_OPTION: Final = Message(
    "last_option", "至少保留一个启用的选项", "At least one option stays active"
)
TOO_MANY_OPTIONS: Final = Message(
    "too_many_options",
    "一个字段最多 {limit} 个选项",
    "A field can have {limit} options",
)
