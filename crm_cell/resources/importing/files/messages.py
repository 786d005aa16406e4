"""Why a file cannot be read."""

from typing import Final

from crm_cell.kernel.messages import Message

OTHER_BYTES: Final = Message("other_bytes", "不是 {encoding} 编码", "not {encoding}")
QUOTES: Final = Message(
    "quotes",
    "{error}；请检查引号是否成对",
    "{error}; look for a quotation mark that is not closed or not doubled",
)
NOT_AN_ENCODING: Final = Message(
    "not_an_encoding",
    "{option} {name} 不是编码；可用：{known}",
    "{option} {name}: not an encoding; {known} are",
)
ODD_UTF_8: Final = Message(
    "odd_utf_8",
    "不是 UTF-8，而文件其余部分是：请重新存为 UTF-8，或用 {option} 指明编码",
    "not UTF-8, though the rest of the file is: save it as UTF-8 again, or name its encoding by"
    " {option}",
)
ODD_ENCODING: Final = Message(
    "odd_encoding",
    "不是 {encoding}，而文件其余部分似乎是：请用 {option} 指明编码",
    "not {encoding}, as the rest of the file seems to be: name its encoding by {option}",
)
UNKNOWN_ENCODING: Final = Message(
    "unknown_encoding",
    "编码未知：请用 {option} 指明，或存为 UTF-8",
    "no known encoding: name it by {option}, or save the file as UTF-8",
)
AMBIGUOUS_ENCODING: Final = Message(
    "ambiguous_encoding",
    "无法判断编码：{ways}；请用 {option} 指明，或存为 UTF-8",
    "cannot tell the encoding: {ways}; name it by {option}, or save the file as UTF-8",
)
NOT_AN_OBJECT: Final = Message("not_an_object", "不是 JSON 对象", "not an object")
NO_LIST: Final = Message(
    "no_list",
    "既不是对象数组，也不是导出的一页",
    "neither a list of objects nor a page of an export",
)
NOT_JSON: Final = Message("file_not_json", "不是 JSON：{error}", "not JSON: {error}")
NOT_A_WORKBOOK: Final = Message(
    "not_a_workbook", "不是可读取的工作簿：{error}", "not a workbook that can be read: {error}"
)
LARGE_WORKBOOK: Final = Message(
    "large_workbook", "工作簿过大，请存为 CSV", "too large a workbook: save it as CSV"
)
UNCALCULATED: Final = Message(
    "uncalculated",
    "含未计算的公式：请用表格软件打开并保存",
    "holds formulas without results: open it in a spreadsheet program and save it",
)
UNSUPPORTED: Final = Message(
    "unsupported_file", "{kind}：请存为 .xlsx 或 CSV", "{kind}: save it as .xlsx or CSV"
)
NO_COLUMN: Final = Message(
    "no_column",
    "没有一列可识别；文件的列：{headings}；可用：{known}",
    "no column is known; the file has {headings}; there are {known}",
)
TWO_COLUMNS: Final = Message(
    "two_columns", "有两列表示同一字段：{headings}", "two columns for one member: {headings}"
)
