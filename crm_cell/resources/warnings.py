"""What a write that has succeeded tells its caller to look at."""

from typing import Annotated, Any, Final

from msgspec import Meta, UnsetType

from crm_cell.http.schema import View
from crm_cell.storage.engine import Reader

_MEMO: Final = "warnings"


class MatchView(View):
    """A record that may be the same as the one that was written."""

    type: Annotated[str, Meta(description="类型 · `customer` or `contact`", examples=["customer"])]
    id: Annotated[
        str | None,
        Meta(description="记录编号，无权打开时为 null · Its id; null where it cannot be opened"),
    ]
    matched_by: Annotated[
        list[str], Meta(description="匹配项 · By what it matches", examples=[["phone"]])
    ]
    can_open: Annotated[
        bool, Meta(description="能否打开 · Whether the caller can open it", examples=[True])
    ]


class WarningView(View):
    """Something about what was written."""

    code: Annotated[
        str, Meta(description="警告码 · The code of the warning", examples=["DUPLICATE_SUSPECTED"])
    ]
    matches: Annotated[
        list[MatchView],
        Meta(description="可能相同的记录，最多五条 · Records that may be the same, at most five"),
    ]


WARNINGS: Any = (
    Annotated[
        list[WarningView],
        Meta(
            description="提示，仅在写入成功且有提示时 · What to look at; only of a write that has"
            " succeeded, and only where there is something"
        ),
    ]
    | UnsetType
)
"""The type of the member, which is there only where there are warnings."""


def warn(tx: Reader, identifier: str, warning: WarningView) -> None:
    """Of a record that this transaction writes."""
    tx.settings.setdefault((_MEMO, identifier), []).append(warning)


def warnings_of(tx: Reader, identifier: str) -> list[WarningView]:
    found: list[WarningView] = tx.settings.get((_MEMO, identifier), [])
    return found


def warned(tx: Reader, identifier: str) -> dict[str, Any]:
    """The member of an answer about the record, where there is anything."""
    found = warnings_of(tx, identifier)
    return {"warnings": found} if found else {}
