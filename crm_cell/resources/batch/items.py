"""Reading the items of a batch: which record each means, and what it says of it."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crm_cell.fields.checks import InvalidValue, check_of, integer
from crm_cell.fields.references import record_id
from crm_cell.http.path_text import EXTERNAL_ID
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.text import name_key
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel

EXTERNAL_MEMBER, VERSION_MEMBER = "externalId", "ifVersion"
_version = check_of(integer(1, 2**53))
_external = check_of(EXTERNAL_ID)
# Of each item that is wrong, so that an answer stays in proportion to its request.
_MOST_ERRORS = 20


class Batch(msgspec.Struct, frozen=True):
    """What a request asks for, checked as a whole."""

    mode: str
    match: str
    """`id`, `external` or `name`."""
    source: str | None
    items: Sequence["Item"]


class Item(msgspec.Struct, frozen=True):
    """One record. Of the three keys the one that the batch matches by is set, unless `errors` say
    why not; beside another one, `external_id` is to be added."""

    index: int
    members: dict[str, Any]
    """Of the record itself, as they were sent."""
    id: str | None = None
    external_id: str | None = None
    name: str | None = None
    version: int | None = None
    errors: Sequence[FieldError] = ()


def place_of(index: int, field: str) -> str:
    """Where a fault is: `items[3].name`."""
    return f"items[{index}].{field}"


def placed(index: int, errors: Iterable[FieldError]) -> list[FieldError]:
    return [
        msgspec.structs.replace(each, field=place_of(index, each.field))
        for each in list(errors)[:_MOST_ERRORS]
    ]


class ItemReader:
    """Of one resource. `name` is the field that identifies a record within its tenant, if any."""

    def __init__(self, resource: AnyResource) -> None:
        self._id_member = camel(resource.id_member)
        self.name = name_field(resource)
        self._name_member = camel(self.name) if self.name else ""
        self._normalised = self.name is not None and key_column(resource) != self.name

    def read(self, mode: str, match: str, source: str | None, trees: Sequence[Any]) -> Batch:
        """Raises BadRequest for items that are no objects, and for a record that is named twice."""
        wrong = [
            FieldError(f"items[{index}]", "type", {"expected": "object"})
            for index, tree in enumerate(trees)
            if not isinstance(tree, dict)
        ]
        if wrong:
            raise BadRequest(wrong)
        items = [
            self._item(index, dict(tree), mode, match, source) for index, tree in enumerate(trees)
        ]
        if repeated := [*self._repeated(items)]:
            raise BadRequest(repeated)
        return Batch(mode, match, source, items)

    def _item(
        self, index: int, members: dict[str, Any], mode: str, match: str, source: str | None
    ) -> Item:
        errors: list[FieldError] = []
        item = Item(index, members)
        if mode != "create" and VERSION_MEMBER in members:
            item = _with(item, "version", members.pop(VERSION_MEMBER), _version, errors)
        if match == "id" and mode != "create" and self._id_member in members:
            item = _with(item, "id", members.pop(self._id_member), record_id, errors)
        if source is not None and EXTERNAL_MEMBER in members:
            item = _with(item, "external_id", members.pop(EXTERNAL_MEMBER), _external, errors)
        if match == "name" and self._name_member in members:
            item = _with(item, "name", members.pop(self._name_member), self._name, errors)
        needed = self._needed(mode, match)
        names = {VERSION_MEMBER: "version", self._id_member: "id", EXTERNAL_MEMBER: "external_id"}
        if not errors and needed and getattr(item, names.get(needed, "name")) is None:
            errors.append(FieldError(needed, "required"))
        named = [
            msgspec.structs.replace(each, field=self._member_of(each.field)) for each in errors
        ]
        return msgspec.structs.replace(item, errors=named)

    def _needed(self, mode: str, match: str) -> str | None:
        if match == "external":
            return EXTERNAL_MEMBER
        if match == "name":
            return self._name_member
        return None if mode in ("create", "upsert") else self._id_member

    def _member_of(self, attribute: str) -> str:
        return {
            "version": VERSION_MEMBER,
            "id": self._id_member,
            "external_id": EXTERNAL_MEMBER,
            "name": self._name_member,
        }.get(attribute, attribute)

    def _name(self, value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValue("type", expected="string")
        return name_key(value) if self._normalised else value.strip()

    def _repeated(self, items: Iterable[Item]) -> Iterable[FieldError]:
        seen: set[tuple[str, str]] = set()
        for item in items:
            for attribute in ("id", "external_id", "name"):
                value = getattr(item, attribute)
                if value is None:
                    continue
                if (attribute, value) in seen:
                    member = self._member_of(attribute)
                    yield FieldError(place_of(item.index, member), "repeated")
                seen.add((attribute, value))


def name_field(resource: AnyResource) -> str | None:
    """The title of its records, where no two of a tenant have the same."""
    if resource.title is None:
        return None
    columns = {resource.title} | {
        name for name, field in resource.fields.items() if field.source == resource.title
    }
    unique = any(each.columns[0] in columns and len(each.columns) == 1 for each in resource.unique)
    return resource.title if unique else None


def key_column(resource: AnyResource) -> str:
    """By which a name is found."""
    return next(
        each.columns[0]
        for each in resource.unique
        if len(each.columns) == 1
        and (
            each.columns[0] == resource.title
            or resource.fields[each.columns[0]].source == resource.title
        )
    )


def _with(item: Item, attribute: str, value: Any, check: Any, errors: list[FieldError]) -> Item:
    if value is None:
        return item
    try:
        return msgspec.structs.replace(item, **{attribute: check(value)})
    except InvalidValue as bad:
        errors.append(FieldError(attribute, bad.code, bad.params))
        return item
