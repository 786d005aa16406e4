"""The fields whose values are options, and what a write has to respect of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from crm_cell.fields import Field
from crm_cell.fields.field import NOTHING
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.labels import Label
from crm_cell.options.catalogue import Catalogue
from crm_cell.options.options import (
    DEFAULT_COLOR,
    POSITION_STEP,
    Option,
    OptionField,
    TenantOptions,
)
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Reader

New = Mapping[str, str]
"""By field name, the options that a write sets."""


def option_fields(resources: Iterable[AnyResource]) -> dict[str, OptionField]:
    """By name, e.g. `customer.level`, in the order of the declarations."""
    return {
        found.name: found
        for resource in resources
        for field in options_of(resource)
        for found in [_declared(resource, field)]
    }


def options_of(resource: AnyResource) -> list[Field]:
    return [each for each in resource.fields.values() if each.kind == "option"]


def option_name(resource: AnyResource, field: Field) -> str:
    return f"{resource.name}.{camel(field.name)}"


def labels_of(
    resource: AnyResource, field: Field, options: TenantOptions
) -> Mapping[int | str, Label]:
    """Of the values of a field: those of the tenant, where they are options."""
    if field.kind != "option":
        return field.options
    labels = options.labels(option_name(resource, field))
    return {option_id: label for option_id, label in labels.items()}  # noqa: C416 - of another key type


def _declared(resource: AnyResource, field: Field) -> OptionField:
    name = option_name(resource, field)
    assert field.label is not None, "options have a label"
    defaults = {
        str(key): Option(
            name,
            str(key),
            label,
            field.colors.get(str(key), DEFAULT_COLOR),
            POSITION_STEP * place,
            active=True,
        )
        for place, (key, label) in enumerate(field.options.items(), start=1)
    }
    preset = None if field.default is NOTHING else field.default
    return OptionField(name, field.label, resource.table, field.name, defaults, preset)


class OptionCheck:
    """Of the writes of one resource."""

    def __init__(self, resource: AnyResource, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._fields = [
            (each.name, option_name(resource, each), each) for each in options_of(resource)
        ]
        self._presets = {each.name: each.default for each in options_of(resource)}

    def new(self, before: Any, after: Any) -> New:
        """What a write sets. The option of a create that names none is always there."""
        return {
            name: value
            for name, preset in self._presets.items()
            if (value := getattr(after, name)) is not None
            and value != (preset if before is None else getattr(before, name))
        }

    async def check(self, tx: Reader, tenant: str, new: New) -> None:
        """Raises BadRequest for options that the tenant does not have, or has deactivated."""
        options = await self._catalogue.of(tx, tenant)
        faults = [
            fault
            for name, of, field in self._fields
            if name in new and (fault := option_fault(options, of, field, new[name]))
        ]
        if faults:
            raise BadRequest(faults)

    async def unknown(
        self, tx: Reader, actor: Actor, members: Mapping[str, Any]
    ) -> list[FieldError]:
        """Faults of a body for any record: options that the tenant does not have."""
        named = [each for each in self._fields if isinstance(members.get(camel(each[0])), str)]
        if not named:
            return []
        options = await self._catalogue.of(tx, actor.tenant)
        return [
            fault
            for name, of, field in named
            if members[camel(name)] not in options.of(of)
            and (fault := option_fault(options, of, field, members[camel(name)]))
        ]


def option_fault(
    options: TenantOptions, name: str, field: Field, option_id: str
) -> FieldError | None:
    found = options.of(name).get(option_id)
    if found is not None and found.active:
        return None
    allowed = ", ".join(options.active(name))
    return FieldError(camel(field.name), "not_one_of", {"allowed": allowed}, field.label)
