"""Tags of a record: their ids, as text with one on a line."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Meta

from crm_cell.fields import checks
from crm_cell.fields.checks import InvalidValue
from crm_cell.fields.field import Field
from crm_cell.kernel.labels import Label

MOST_TAGS: Final = 20
LABEL: Final[Label] = ("标签", "Tags")
_name: Final[checks.Check] = checks.check_of(checks.text(1, 50))
_list: Final[checks.Check] = checks.check_of(checks.items(0, MOST_TAGS))
_PARTS: Final = ("add", "remove")


class TagChange:
    """What a request says of the tags of a record, by id or by name: all of them, or some to add
    and to remove."""

    __slots__ = ("add", "remove", "whole")

    def __init__(
        self,
        whole: Sequence[str] | None = None,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> None:
        self.whole = None if whole is None else tuple(dict.fromkeys(whole))
        self.add, self.remove = tuple(add), tuple(remove)

    def __eq__(self, stored: object) -> bool:
        """Whether it says what is stored already, or what another one says."""
        if isinstance(stored, TagChange):
            return self._parts == stored._parts
        return self.whole is not None and "\n".join(self.whole) == (stored or "")

    @property
    def _parts(self) -> tuple[tuple[str, ...] | None, tuple[str, ...], tuple[str, ...]]:
        return self.whole, self.add, self.remove

    __hash__ = None  # type: ignore[assignment]  # it equals what is stored


def tags() -> Any:
    """Up to 20 tags of the tenant. Requests name them by id or by name; a change may also be an
    object with `add` and `remove`."""
    return Field(
        kind="tags",
        python_type=list[str],
        view_type=list[str],
        meta=_tag_names(),
        label=LABEL,
        description=(
            f"标签编号，至多 {MOST_TAGS} 个，见 GET /tags；写入时也可用名称",
            f"Ids of tags, up to {MOST_TAGS}, see GET /tags; writes also take names",
        ),
        to_view=tag_ids,
        to_log=tag_ids,
    )


def tag_ids(stored: str | None) -> list[str]:
    return stored.split("\n") if stored else []


def _tag_names() -> Meta:
    def check(value: Any) -> TagChange:
        if not isinstance(value, dict):
            return TagChange(_names(value))
        if not value or not set(value) <= set(_PARTS):
            raise InvalidValue("not_one_of", allowed=", ".join(_PARTS))
        return TagChange(None, _names(value.get("add", [])), _names(value.get("remove", [])))

    return checks.as_meta(check, label=LABEL, max_length=MOST_TAGS, examples=[[]])


def _names(value: Any) -> list[str]:
    return [_name(each) for each in _list(value)]
