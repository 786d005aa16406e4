"""Filters and orders that are stored, to be used later by others: checked when they are saved."""

from collections.abc import Collection
from typing import Final

import msgspec

from crm_cell.http.paging import Wanted
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.messages import Message
from crm_cell.options.options import TenantOptions
from crm_cell.resources.listing.conditions import Context, typed
from crm_cell.resources.listing.language import ListLanguage
from crm_cell.resources.listing.members import ListMember
from crm_cell.resources.listing.times import Moment
from crm_cell.resources.listing.tree import InvalidListing, Tree, conditions_of
from crm_cell.resources.option_fields import option_name
from crm_cell.tags.tags import TenantTags

_SECRET: Final = Message(
    "secret_saved",
    "保存的筛选不能含联系方式 {name}",
    "a filter that is saved holds no contact details such as {name}",
)
# `me` is the user who reads the list then.
_ANYBODY: Final = Actor("", user="me")


class TenantSettings(msgspec.Struct, frozen=True):
    """What values of filters a tenant has."""

    options: TenantOptions
    tags: TenantTags


async def saved_faults(
    language: ListLanguage,
    filter_text: str | None,
    sort: str | None,
    now: int,
    settings: TenantSettings,
) -> list[FieldError]:
    """As for a list that is read now, values included, but without a look at any record. Contact
    details are a fault: what is saved is not encrypted, and others may read it."""
    faults: list[FieldError] = []
    for wanted in (Wanted(filter_text), Wanted(sort=sort)):
        try:
            await _check(language, wanted, now, settings)
        except BadRequest as bad:
            faults += bad.field_errors
    return faults


async def _check(
    language: ListLanguage, wanted: Wanted, now: int, settings: TenantSettings
) -> None:
    parsed = language.parse(wanted)
    if parsed.tree is None:
        return
    members = language.members
    lookup = _NoLookup(language, settings)
    context = Context(members, _ANYBODY, Moment(now, parsed.zone), lookup)
    try:
        _check_members(parsed.tree, members)
        await typed(parsed.tree, context)
    except InvalidListing as invalid:
        raise invalid.as_bad_request("filter") from None


def _check_members(tree: Tree, members: dict[str, ListMember]) -> None:
    for each in conditions_of(tree):
        if members[each.field].kind == "secret":
            raise InvalidListing(each.at, "value", _SECRET, name=each.field)


class _NoLookup:
    def __init__(self, language: ListLanguage, settings: TenantSettings) -> None:
        self._resource, self._settings = language.resource, settings

    async def options(self, member: ListMember, /) -> Collection[str]:
        assert member.field is not None, "an option is declared"
        return self._settings.options.of(option_name(self._resource, member.field))

    async def keys(self, _member: ListMember, _value: str, /) -> list[str]:
        raise AssertionError("a filter with contact details has been refused")

    async def containing(self, _member: ListMember, _text: str, /) -> list[str]:
        return []

    async def tags(self) -> TenantTags:
        return self._settings.tags

    async def team(self, _leader: str, /) -> list[str]:
        return []
