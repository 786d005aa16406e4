"""Query parameters that look for a whole number or address."""

from typing import Annotated

from crm_cell.http.fields import email, phone


def _with_its_plus(value: str) -> str:
    """A plus in a URL means a space, and nobody begins a number with a space."""
    return "+" + value[1:] if value.startswith(" ") else value


SoughtPhone = Annotated[
    str,
    phone(
        from_text=_with_its_plus,
        description="完整电话，精确匹配，写法不限：+86、86-、0086、空格和连字符都视为同一号码"
        " · A whole number in any spelling: +86, 86-, 0086, blanks, hyphens",
    ),
]
SoughtEmail = Annotated[
    str,
    email(
        description="完整邮箱，精确匹配，不分大小写 · A whole address; capitals make no difference",
    ),
]
