"""Reads the sections of Today as the lists that they are."""

import json
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError, Forbidden, QueryTooBroad
from crm_cell.resources.listing.answering import Lists, Some, embed
from crm_cell.resources.services import Services
from crm_cell.resources.views import view_type
from crm_cell.storage.engine import Reader
from crm_cell.today.messages import OTHERS_DAY
from crm_cell.today.sections import Section, sections

_SHOWN: Final = 10
_MOST_COUNTED: Final = 1_000
_WORDS: Final = {"own": "me", "team": "myTeam", "all": None}


class Part(msgspec.Struct, frozen=True):
    """A section with what is in it."""

    section: Section
    filter: str
    some: Some | None
    """None where it would take too long."""


class Today:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._lists: dict[str, Lists[Any]] = {
            service.resource.path: Lists(service, view_type(service.resource))
            for service in services
            if service.resource.path in {each.path for each in sections(1, 1)}
        }

    async def read(
        self, tx: Reader, actor: Actor, scope: str, zone: str, wanted: Sequence[Section]
    ) -> Sequence[Part]:
        """Raises Forbidden for a scope beyond what the caller sees, and BadRequest for one that
        means nobody."""
        _check(actor, scope)
        whose = _value_of(scope)
        parts = [await self._part(tx, actor, each, each.filter_of(whose), zone) for each in wanted]
        embedded = [one for part in parts if part.some for one in part.some.embedded]
        await embed(tx, actor, self._services, embedded)
        return parts

    async def _part(
        self, tx: Reader, actor: Actor, section: Section, condition: str, zone: str
    ) -> Part:
        some: Some | None
        try:
            some = await self._lists[section.path].some(
                tx,
                actor,
                condition,
                section.sort,
                section.embed or None,
                zone,
                size=_SHOWN,
                most_counted=_MOST_COUNTED,
            )
        except BadRequest as bad:  # the user is the only part of the filter that the caller gave
            faults = [FieldError("scope", each.code, each.params) for each in bad.field_errors]
            raise BadRequest(faults) from None
        except QueryTooBroad:
            some = None
        return Part(section, condition, some)


def usual_scope(actor: Actor) -> str:
    return "all" if actor.user is None and actor.owner is None else "own"


def _value_of(scope: str) -> str | None:
    """In the list language; None for everybody."""
    if scope in _WORDS:
        return _WORDS[scope]
    return json.dumps(scope.removeprefix("user:"), ensure_ascii=False)


def _check(actor: Actor, scope: str) -> None:
    if scope not in ("own", "team") and not actor.may_see(scope.removeprefix("user:")):
        raise Forbidden(OTHERS_DAY)
