"""Values that are computed from stored fields when a record is shown."""

from collections.abc import Callable
from typing import Any

from msgspec import Meta

from crm_cell.fields.field import document
from crm_cell.kernel.labels import Label


class computed(property):  # noqa: N801 - used as a decorator, like property
    """`@computed(label=…)` on a method without parameters: a read-only member of responses."""

    label: Label
    short_label: Label | None
    documentation: Meta

    def __init__(
        self,
        *,
        label: Label,
        short_label: Label | None = None,
        description: Label | None = None,
        format: str = "",  # noqa: A002 - the keyword of JSON Schema
        example: Any = None,
    ) -> None:
        super().__init__()
        self.label, self.short_label = label, short_label
        self.documentation = document(description or label, format, example)

    def __call__(self, method: Callable[[Any], Any]) -> "computed":
        super().__init__(method)
        self.__doc__ = method.__doc__
        return self
