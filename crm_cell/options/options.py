"""An option of a field, and the options of a tenant."""

from collections.abc import Mapping
from typing import Final

import msgspec

from crm_cell.kernel.labels import Label

PALETTE: Final = (
    "gray",
    "red",
    "orange",
    "amber",
    "green",
    "teal",
    "blue",
    "purple",
    "pink",
)
DEFAULT_COLOR: Final = PALETTE[0]
# Between two of them there is room for others.
POSITION_STEP: Final = 10


class Option(msgspec.Struct, frozen=True):
    field: str
    option_id: str
    """What records store. It never changes."""
    label: Label
    color: str
    position: int
    active: bool
    """An inactive option stays with the records that have it, and no other gets it."""
    version: int = 1
    updated_at: int | None = None
    """None until the tenant has changed or added it."""
    removed: bool = False
    """Deleted: it can be added again."""


class OptionField(msgspec.Struct, frozen=True):
    """A field whose values are options."""

    name: str
    """Resource and member: `customer.level`."""
    label: Label
    table: str
    column: str
    defaults: Mapping[str, Option]
    """Those that a tenant has until it changes them."""
    preset: str | None = None
    """The option of a create that names none."""


class TenantOptions:
    """Of one tenant, by field, in their order."""

    def __init__(
        self, fields: Mapping[str, OptionField], changed: Mapping[tuple[str, str], Option]
    ) -> None:
        self._of: dict[str, dict[str, Option]] = {}
        for name, field in fields.items():
            own = {key: each for (of, key), each in changed.items() if of == name}
            every = {**field.defaults, **own}.values()
            shown = sorted(
                (each for each in every if not each.removed),
                key=lambda each: (each.position, each.option_id),
            )
            self._of[name] = {each.option_id: each for each in shown}

    def of(self, field: str) -> Mapping[str, Option]:
        """By option id, inactive ones included."""
        return self._of[field]

    def find(self, field: str) -> Mapping[str, Option] | None:
        """None for a field whose values are no options."""
        return self._of.get(field)

    def active(self, field: str) -> list[str]:
        return [key for key, each in self._of[field].items() if each.active]

    def labels(self, field: str) -> dict[str, Label]:
        return {key: each.label for key, each in self._of[field].items()}
