"""The declaration of a field, from which schemas, columns and views are built."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Literal

import msgspec
from msgspec import Meta

from crm_cell.kernel.labels import Label, bilingual

NOTHING: Final = object()
"""The default of a field without one: a create requires it unless it is nullable."""


class Writable(Enum):
    """When requests may set a field."""

    ALWAYS = "always"
    ON_CREATE = "on_create"
    NEVER = "never"
    """The service sets it. A client may send the current value back."""


class OnDelete(Enum):
    """What happens to a record when the record that it refers to is deleted."""

    CASCADE = "cascade"
    """Deleted and restored with the other record."""
    RESTRICT = "restrict"
    """The other record cannot be deleted while this one refers to it."""
    KEEP = "keep"
    """Unchanged: it still refers to the deleted record."""


class OnErase(Enum):
    """What happens to a record when the person behind the record it refers to is erased."""

    CASCADE = "cascade"
    """Deleted permanently."""
    ANONYMISE = "anonymise"
    """Both records stay, without contact details and `personal` text."""
    CLEAR = "clear"
    """Stays as it is, and no longer refers to the other record."""


class Reference(msgspec.Struct, frozen=True):
    """The target of a reference, and what deleting or erasing the target does."""

    path: str
    """The table of the other resource, e.g. `customers`."""
    on_delete: OnDelete
    on_erase: OnErase | None
    """None for KEEP without a declared `on_erase`: erasing does nothing."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `name` and `nullable` come from the annotation in the class body."""

    kind: str
    name: str = ""
    nullable: bool = False
    python_type: type = str
    """Type of the value in a request."""
    column: Literal["text", "bigint", "smallint"] = "text"
    meta: Meta | None = None
    """JSON Schema and check of a value in a request; None where no request sets the field."""
    label: Label | None = None
    description: Label | str | None = None
    """For the API documentation: in two languages, or one text for both. Default: the label."""
    format: str = ""
    """The JSON Schema format."""
    short_label: Label | None = None
    """The label in the audit log, where it differs."""
    section: Label | None = None
    """The heading under which forms and pages show it; None: first, under none."""
    default: Any = NOTHING
    writable: Writable = Writable.ALWAYS
    visible: bool = True
    """Whether responses, events and the audit log show it."""
    from_row: Callable[[Any], Any] | None = None
    """Converts the stored value to that of the record."""
    to_view: Callable[[Any], Any] | None = None
    """Converts the value of the record to that of a response."""
    to_log: Callable[[Any], Any] | None = None
    """Converts the value of the record to that of events and the audit log."""
    view_type: Any = str
    options: Mapping[int | str, Label] = {}
    """Labels of the values of an enumeration. Of the kind `option`: those that a tenant has until
    it changes them."""
    colors: Mapping[str, str] = {}
    """Colours of the options that have one of their own."""
    filter: Meta | None = None
    """The check of the query parameter that filters by exact value; None: not filterable."""
    filter_name: str = ""
    """Name of the query parameter in snake case, where it is not the field's name."""
    reference: Reference | None = None
    follows: str = ""
    """Name of a reference: the owner of that record owns this record too."""
    source: str = ""
    """The field that a comparison key is computed from."""
    stamps: tuple[str, Any] | None = None
    """Field and value: the service records when, or by whom, the field got this value."""
    personal: bool = False
    """Text about a person: an erasure replaces it if the record stays."""
    searchable: bool = False
    sortable: bool = False
    derived: bool = False
    """Whether it follows from other records (see `resources.rollups`): then it is no part of the
    record's version, and its changes are no events."""
    is_now: bool = False
    """Whether a create that leaves it out sets the present time."""
    example: Any = None
    """An example for the API documentation, where no request sets the field."""

    @property
    def is_encrypted(self) -> bool:
        """Contact details: encrypted if a key is set, masked in responses."""
        return self.kind in ("phone", "email", "wechat", "birthday")

    @property
    def is_required(self) -> bool:
        return self.default is NOTHING and not self.nullable

    @property
    def default_value(self) -> Any:
        return None if self.default is NOTHING else self.default

    @property
    def documentation(self) -> Meta:
        """Description, format and example for JSON Schema."""
        return document(self.description or self.label, self.format, self.example)

    def bound(self, name: str, *, nullable: bool) -> "Field":
        return msgspec.structs.replace(self, name=name, nullable=nullable)


def document(description: Label | str | None, form: str = "", example: Any = None) -> Meta:
    return Meta(
        description=bilingual(description) if description else None,
        examples=None if example is None else [example],
        extra_json_schema={"format": form} if form else None,
    )
