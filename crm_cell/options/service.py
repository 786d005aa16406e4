"""What can be done with options."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from crm_cell.audit import service as audit
from crm_cell.audit.service import Action
from crm_cell.events import service as events
from crm_cell.events.service import Details
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import Conflict, NotFound, RuleViolation
from crm_cell.options import store
from crm_cell.options.catalogue import Catalogue
from crm_cell.options.messages import (
    LABEL_TAKEN,
    LAST_OPTION,
    OPTION_BUILT_IN,
    OPTION_EXISTS,
    OPTION_PRESET,
    OPTION_UNKNOWN,
    OPTION_USED,
    TOO_MANY_OPTIONS,
)
from crm_cell.options.options import POSITION_STEP, Option, OptionField
from crm_cell.storage.engine import Reader, Tx

# People choose from them in a list.
MOST_OPTIONS: Final = 100
_MAX_POSITION: Final = 9_999
_EVENTS: Final = {
    "created": "crm.option.created",
    "updated": "crm.option.updated",
    "deleted": "crm.option.deleted",
}

Used = Callable[[Reader, str, OptionField, str], Awaitable[bool]]
"""Of a tenant, a field and an option: whether a record has it, deleted records included."""


class OptionService:
    def __init__(self, catalogue: Catalogue, used: Used) -> None:
        self.catalogue = catalogue
        self._used = used

    async def lock(self, tx: Tx, tenant: str) -> None:
        """One change of options at a time: labels are compared with the others."""
        await tx.lock("options", tenant=tenant)

    async def all(self, tx: Reader, tenant: str, field: str | None) -> list[Option]:
        """Of all fields or one, in their order."""
        options = await self.catalogue.of(tx, tenant)
        names = self.catalogue.fields if field is None else [field]
        return [each for name in names for each in options.of(name).values()]

    async def get(self, tx: Reader, tenant: str, field: str, option_id: str) -> Option:
        """Raises NotFound."""
        found = (await self._of(tx, tenant, field)).get(option_id)
        if found is None:
            raise NotFound(OPTION_UNKNOWN)
        return found

    async def create(self, tx: Tx, actor: Actor, values: Mapping[str, Any]) -> Option:
        """Raises Conflict where there is an option of this id or label, RuleViolation where there
        are too many."""
        field, option_id = values["field"], values["option_id"]
        others = await self._of(tx, actor.tenant, field)
        if option_id in others:
            raise Conflict(OPTION_EXISTS)
        if len(others) >= MOST_OPTIONS:
            raise RuleViolation(TOO_MANY_OPTIONS, limit=MOST_OPTIONS)
        before = (await store.changed(tx, actor.tenant)).get((field, option_id))
        position = values["position"]
        if position is None:
            last = max(each.position for each in others.values())
            position = min(last + POSITION_STEP, _MAX_POSITION)
        option = Option(
            field,
            option_id,
            values["label"],
            values["color"],
            position,
            values["active"],
            version=before.version + 1 if before else 1,
            updated_at=tx.now,
        )
        _check_label(others, option)
        await self._write(tx, actor, option)
        after = _shown(option)
        await _log(tx, actor, "created", option, {key: {"after": after[key]} for key in after})
        return option

    async def update(
        self, tx: Tx, actor: Actor, before: Option, changes: Mapping[str, Any]
    ) -> Option:
        """`changes` differ from `before`. Raises Conflict where another option has the label, or
        where this one has to stay active."""
        if not changes:
            return before
        after = msgspec.structs.replace(
            before, **changes, version=before.version + 1, updated_at=tx.now
        )
        others = await self._of(tx, actor.tenant, before.field)
        _check_label(others, after)
        if not after.active:
            self._check_may_end(others, after)
        await self._write(tx, actor, after)
        was, is_now = _shown(before), _shown(after)
        differing = [name for name in was if was[name] != is_now[name]]
        changed = {name: {"before": was[name], "after": is_now[name]} for name in differing}
        await _log(tx, actor, "updated", after, changed, [Details(after.version, differing)])
        return after

    async def delete(self, tx: Tx, actor: Actor, option: Option) -> None:
        """Raises Conflict for one that every tenant has, and for one that a record has."""
        await store.touch(tx, actor.tenant)  # before looking whether a record has it
        field = self.catalogue.fields[option.field]
        if option.option_id in field.defaults:
            raise Conflict(OPTION_BUILT_IN)
        if await self._used(tx, actor.tenant, field, option.option_id):
            raise Conflict(OPTION_USED)
        if option.active:
            self._check_may_end(await self._of(tx, actor.tenant, option.field), option)
        gone = msgspec.structs.replace(
            option, removed=True, version=option.version + 1, updated_at=tx.now
        )
        await self._write(tx, actor, gone)
        was = _shown(option)
        shown = {name: {"before": was[name]} for name in was}
        await _log(tx, actor, "deleted", option, shown, [Details(gone.version)])

    async def _of(self, tx: Reader, tenant: str, field: str) -> Mapping[str, Option]:
        """Raises NotFound for a field that has no options."""
        if field not in self.catalogue.fields:
            raise NotFound(OPTION_UNKNOWN)
        return (await self.catalogue.of(tx, tenant)).of(field)

    async def _write(self, tx: Tx, actor: Actor, option: Option) -> None:
        await store.touch(tx, actor.tenant)
        await store.write(tx, actor.tenant, option)
        self.catalogue.changed(tx, actor.tenant)

    def _check_may_end(self, others: Mapping[str, Option], option: Option) -> None:
        if option.option_id == self.catalogue.fields[option.field].preset:
            raise Conflict(OPTION_PRESET)
        if not any(each.active for each in others.values() if each.option_id != option.option_id):
            raise Conflict(LAST_OPTION)


def _check_label(others: Mapping[str, Option], option: Option) -> None:
    """Imports read options by their labels in either language, so each label means one."""
    own = set(map(str.casefold, option.label))
    for other in others.values():
        taken = {*map(str.casefold, other.label), other.option_id.casefold()}
        if other.option_id != option.option_id and own & taken:
            raise Conflict(LABEL_TAKEN, option=other.option_id)


def _shown(option: Option) -> dict[str, Any]:
    """The members that change, as the audit log shows them."""
    return {
        "labelZh": option.label[0],
        "labelEn": option.label[1],
        "color": option.color,
        "position": option.position,
        "active": option.active,
    }


async def _log(
    tx: Tx,
    actor: Actor,
    action: str,
    option: Option,
    changes: Mapping[str, Any],
    details: list[Details] | None = None,
) -> None:
    identifier = f"{option.field}:{option.option_id}"
    await audit.record(tx, actor, action, [Action("option", identifier, option.label[0], changes)])
    event = {
        "field": option.field,
        "optionId": option.option_id,
        "tenantId": actor.tenant,
        **_shown(option),
        "updatedAt": format_time(tx.now),
    }
    await events.emit(tx, actor, _EVENTS[action], [event], details or [])
