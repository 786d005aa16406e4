"""The rows of exports: views with the titles of parents, by member name or for people.

For people, headings and enumerations are labels, money is in the currency's major unit (yuan, not
cents), and times are in the caller's time zone.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, cast, get_type_hints

import msgspec

from crm_cell.fields.field import document
from crm_cell.fields.tagging import tag_ids
from crm_cell.http.schema import View
from crm_cell.kernel.clock import parse_time
from crm_cell.kernel.labels import Label
from crm_cell.kernel.messages import Language
from crm_cell.kernel.money import DEFAULT_CURRENCY, in_major_units
from crm_cell.options.options import TenantOptions
from crm_cell.resources.file_columns import Column
from crm_cell.resources.option_fields import labels_of
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import members, view_type
from crm_cell.tags.tags import TenantTags

Titles = Mapping[str, Mapping[str, str]]
"""Titles of records by id, by the reference field."""
MakeRow = Callable[[Any, Titles], Any]
"""From a record and the titles of the records it refers to."""

# Resources, and for people their languages.
_TYPES: Final = 1024
_YES_NO: Final[tuple[Label, Label]] = (("否", "no"), ("是", "yes"))
_MILLISECONDS: Final = 1000


def row_type(resource: AnyResource, columns: Sequence[Column]) -> type[View]:
    """The view itself, where no parent has a title, and it has nothing that only writes answer."""
    if not has_titles(columns) and not resource.warns:
        return view_type(resource)
    return _row_type(resource, tuple((each.member, each.label) for each in columns))


@lru_cache(_TYPES)
def _row_type(resource: AnyResource, labels: tuple[tuple[str, Label], ...]) -> type[View]:
    """Made once for all services of a process."""
    view = view_type(resource)
    hints = get_type_hints(view, include_extras=True)
    kinds = {field.encode_name: hints[field.name] for field in msgspec.structs.fields(view)}
    titles: dict[str, Any] = {
        name: Annotated[str, document(label)] | None for name, label in labels if name not in kinds
    }
    shown = {name: kinds.get(name) or titles[name] for name, _ in labels}
    more = " With titles of others." if titles else ""
    return _struct(resource, "Row", shown, f"{resource.description}{more}")


def labelled_type(
    resource: AnyResource, columns: Sequence[Column], language: Language
) -> type[View]:
    """Its headings are the labels."""
    headings = [in_language(each.label, language) for each in columns]
    return _struct(resource, "LabelledRow", dict.fromkeys(headings, Any))


def _struct(
    resource: AnyResource, name: str, kinds: Mapping[str, Any], description: str = ""
) -> type[View]:
    """A type with these members."""
    attributes = [f"column_{number}" for number in range(len(kinds))]
    made = msgspec.defstruct(
        f"{resource.record.__name__}{name}",
        list(zip(attributes, kinds.values(), strict=True)),
        bases=(View,),
        kw_only=True,
        rename=dict(zip(attributes, kinds, strict=True)),
        namespace={"__doc__": description},
        module=resource.record.__module__,
    )
    return cast(type[View], made)


def row_maker(
    resource: AnyResource, columns: Sequence[Column], kind: type[View], *, in_full: bool = False
) -> MakeRow:
    """Compiled from source because exports call it thousands of times a second."""
    shapes = {member.wire: member.to_view for member in members(resource, in_full=in_full)}
    values: dict[str, Any] = {"Kind": kind}
    arguments = []
    for number, column in enumerate(columns):
        value = f"record.{column.name}"
        shape = shapes.get(column.member)
        if column.title_of is not None:
            value = f"titles[{column.name!r}].get({value})"
        elif shape is not None:
            values[f"shape_{number}"] = shape
            value = f"shape_{number}({value})"
        arguments.append(f"{kind.__struct_fields__[number]}={value}")
    source = f"lambda record, titles: Kind({', '.join(arguments)})"
    made: MakeRow = eval(source, values)  # noqa: S307 - contains declared names only
    return made


def labelled_maker(
    resource: AnyResource,
    columns: Sequence[Column],
    kind: type[View],
    language: Language,
    zone: tzinfo,
    settings: tuple[TenantOptions, TenantTags],
    *,
    in_full: bool = False,
) -> MakeRow:
    shapes = {member.wire: member.to_view for member in members(resource, in_full=in_full)}
    currency = next((each.name for each in columns if each.kind == "currency"), None)
    options, tags = settings
    choices = {
        each.member: {
            value: in_language(label, language)
            for value, label in labels_of(resource, each.field, options).items()
        }
        for each in columns
        if each.field is not None
    }
    cells = [
        _cell_of(
            each,
            shapes.get(each.member),
            choices.get(each.member),
            (language, zone, currency),
        )
        if each.kind != "tags"
        else _tag_names(tags)
        for each in columns
    ]
    names = kind.__struct_fields__

    def make(record: Any, titles: Titles) -> Any:
        given = {name: cell(record, titles) for name, cell in zip(names, cells, strict=True)}
        return kind(**given)

    return make


def has_titles(columns: Sequence[Column]) -> bool:
    return any(each.title_of is not None for each in columns)


def in_language(label: Label, language: Language) -> str:
    return label[language == "en"]


def _cell_of(
    column: Column,
    shape: Callable[[Any], Any] | None,
    choices: Mapping[Any, str] | None,
    how: tuple[Language, tzinfo, str | None],
) -> MakeRow:
    name, (language, zone, currency) = column.name, how
    if column.title_of is not None:
        return lambda record, titles: titles[name].get(getattr(record, name))
    if column.kind == "money" or name.endswith("_cents"):
        return lambda record, _: _major(record, name, currency)
    if choices:
        return lambda record, _: choices.get(getattr(record, name))
    if column.kind == "boolean":
        return lambda record, _: in_language(_YES_NO[bool(getattr(record, name))], language)
    if column.kind in ("instant", "time_of", "time"):
        return lambda record, _: local_time(getattr(record, name), zone)
    if column.kind == "date_or_time":
        return lambda record, _: local_date_or_time(getattr(record, name), zone)
    if shape is not None:
        return lambda record, _: shape(getattr(record, name))
    return lambda record, _: getattr(record, name)


def _tag_names(tags: TenantTags) -> MakeRow:
    return lambda record, _: [tags.name_of(each) for each in tag_ids(record.tags)]


def _major(record: Any, name: str, currency: str | None) -> Decimal | None:
    amount = getattr(record, name)
    unit = getattr(record, currency) if currency is not None else DEFAULT_CURRENCY
    return None if amount is None else in_major_units(amount, unit)


def local_time(milliseconds: int | None, zone: tzinfo) -> str | None:
    """YYYY-MM-DD HH:MM:SS, with milliseconds where there are any."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, _MILLISECONDS)
    moment = datetime.fromtimestamp(seconds, UTC)
    with suppress(OverflowError):  # the first and the last day of the calendar
        moment = moment.astimezone(zone)
    text = moment.isoformat(" ", "seconds")[:19]
    return f"{text}.{rest:03}" if rest else text


def local_date_or_time(text: str | None, zone: tzinfo) -> str | None:
    if text is None or "T" not in text:
        return text
    return local_time(parse_time(text), zone)
