"""/options"""

from typing import Annotated, Any

import msgspec

from crm_cell.http.preconditions import IfMatch
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Patch, Query
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import (
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    RuleViolation,
)
from crm_cell.kernel.labels import Label
from crm_cell.kernel.scopes import ADMIN
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
from crm_cell.options.options import Option
from crm_cell.options.schemas import (
    FieldName,
    OptionCreate,
    OptionId,
    OptionPatch,
    TenantOptionsView,
    TenantOptionView,
    option_field_meta,
)
from crm_cell.options.service import MOST_OPTIONS, OptionService
from crm_cell.people.messages import ADMINISTRATORS_ONLY
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx

_ADMINISTRATORS = Forbidden(ADMINISTRATORS_ONLY)
_TAKEN = Conflict(LABEL_TAKEN, option="source.summit")


def option_routes(service: OptionService) -> Routes:
    routes = Routes(
        "/options",
        tag=Tag("options", "选项", "The values of fields such as a customer's level and source."),
        missing=OPTION_UNKNOWN,
    )
    kind = option_field_meta(service.catalogue.fields)

    class OptionQuery(Query):
        field: Annotated[str, kind] | None = None

    query_type: Any = OptionQuery

    @routes.read("", "选项列表")
    async def list_(tx: Reader, actor: Actor, query: query_type) -> TenantOptionsView:
        """The options of one field, or of all, in their order. Everybody in the tenant may read
        them.

        Inactive ones are among them: records may still have them.
        """
        found = await service.all(tx, actor.tenant, query.field)
        return TenantOptionsView(data=[TenantOptionView.of(each, actor.tenant) for each in found])

    @routes.read("/{field}/{option_id}", "选项详情")
    async def get(
        tx: Reader, actor: Actor, field: FieldName, option_id: OptionId
    ) -> Resource[TenantOptionView]:
        """One option."""
        return _answer(actor, await service.get(tx, actor.tenant, field, option_id))

    @routes.write(
        "POST",
        "",
        "新增选项",
        status=201,
        scope=ADMIN,
        rejections=[
            _ADMINISTRATORS,
            Conflict(OPTION_EXISTS),
            _TAKEN,
            RuleViolation(TOO_MANY_OPTIONS, limit=MOST_OPTIONS),
        ],
    )
    async def create(tx: Tx, actor: Actor, body: OptionCreate) -> Resource[TenantOptionView]:
        """Add an option to a field. Its id never changes; all else may."""
        require_administrator(actor)
        if body.field not in service.catalogue.fields:
            allowed = ", ".join(service.catalogue.fields)
            raise BadRequest([FieldError("field", "not_one_of", {"allowed": allowed})])
        await service.lock(tx, actor.tenant)
        values = msgspec.structs.asdict(body)
        label = _label(body.label, ("", ""))
        option = await service.create(tx, actor, {**values, "label": label})
        return _answer(actor, option, created=True)

    @routes.write(
        "PATCH",
        "/{field}/{option_id}",
        "更新选项",
        scope=ADMIN,
        rejections=[_ADMINISTRATORS, _TAKEN, Conflict(OPTION_PRESET), Conflict(LAST_OPTION)],
    )
    async def update(
        tx: Tx,
        actor: Actor,
        field: FieldName,
        option_id: OptionId,
        patch: Patch[OptionPatch],
        condition: IfMatch,
    ) -> Resource[TenantOptionView]:
        """Rename an option, give it another colour or position, or deactivate it, by a JSON merge
        patch. No record changes by it."""
        require_administrator(actor)
        await service.lock(tx, actor.tenant)
        current = await service.get(tx, actor.tenant, field, option_id)
        condition.require(current.version)
        changes = patch.against(TenantOptionView.of(current, actor.tenant), current)
        if "label" in changes:
            changes["label"] = _label(changes["label"], current.label)
            if changes["label"] == current.label:
                del changes["label"]
        return _answer(actor, await service.update(tx, actor, current, changes))

    @routes.write(
        "DELETE",
        "/{field}/{option_id}",
        "删除选项",
        scope=ADMIN,
        long=True,
        rejections=[
            _ADMINISTRATORS,
            Conflict(OPTION_BUILT_IN),
            Conflict(OPTION_USED),
            Conflict(LAST_OPTION),
        ],
    )
    async def delete(
        tx: Tx, actor: Actor, field: FieldName, option_id: OptionId, condition: IfMatch
    ) -> None:
        """Delete an option that the tenant has added and no record has. Others are deactivated."""
        require_administrator(actor)
        await service.lock(tx, actor.tenant)
        current = await service.get(tx, actor.tenant, field, option_id)
        condition.require(current.version)
        await service.delete(tx, actor, current)

    return routes


def _answer(actor: Actor, option: Option, *, created: bool = False) -> Resource[TenantOptionView]:
    place = f"{option.field}/{option.option_id}"
    path = f"/options/{place}" if created else None
    return Resource(TenantOptionView.of(option, actor.tenant), place, option.version, path)


def _label(given: dict[str, str], before: Label) -> Label:
    """What is not given stays or, where there was nothing, is as the other."""
    either = next(iter(given.values()))
    return given.get("zh", before[0] or either), given.get("en", before[1] or either)
