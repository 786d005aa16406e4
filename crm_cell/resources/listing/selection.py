"""Which members of the records of a list are shown, and which records they refer to with them."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from crm_cell.fields import Field
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.tree import InvalidListing, expected
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel, members

Show = Callable[[Any], dict[str, Any]]

_NAME: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*)\s*")
_NO_MEMBER = Message(
    "no_member", "没有 {name}；可用：{allowed}", "there is no {name}; there are {allowed}"
)


class Selection(msgspec.Struct, frozen=True):
    fields: tuple[str, ...] | None = None
    """On the wire; None for all of them."""
    embedded: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return self.fields is None and not self.embedded


def embeddable(resource: AnyResource) -> dict[str, Field]:
    """References by the members that the records they refer to come as."""
    return {camel(each.name.removesuffix("_id")): each for each in resource.references}


def parse_names(text: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Names with commas between them, each once. Raises InvalidListing."""
    found: list[str] = []
    at = 0
    while True:
        match = _NAME.match(text, at)
        if match is None:
            raise expected(at, ", ".join(allowed))
        if match[1] not in allowed:
            raise InvalidListing(
                match.start(1),
                "unknown_field",
                _NO_MEMBER,
                name=match[1],
                allowed=", ".join(allowed),
            )
        found.append(match[1])
        at = match.end()
        if at == len(text):
            return tuple(dict.fromkeys(found))
        if text[at] not in ",，":
            raise expected(at, ",")
        at += 1


def member_names(resource: AnyResource) -> list[str]:
    return [each.wire for each in members(resource)]


def show_to(
    actor: Actor, resource: AnyResource, many: int, fields: Sequence[str] | None = None
) -> Show:
    """As the caller may see so many records, which the audit log notes where nothing is masked."""
    full = actor.in_full
    if full is None or not resource.encrypted:
        return show(resource, fields)
    full.count(resource.name, many)
    return show(resource, fields, in_full=True)


def show(resource: AnyResource, fields: Sequence[str] | None, *, in_full: bool = False) -> Show:
    """From a record to the chosen members and its id, in the order of answers."""
    identifier = camel(resource.id_member)
    chosen = [
        (each.wire, each.name, each.to_view)
        for each in members(resource, in_full=in_full)
        if fields is None or each.wire in fields or each.wire == identifier
    ]

    def shown(record: Any) -> dict[str, Any]:
        return {
            wire: getattr(record, name) if shape is None else shape(getattr(record, name))
            for wire, name, shape in chosen
        }

    return shown
