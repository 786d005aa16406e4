"""The labels of resources in the audit log, from their declarations."""

from typing import Final

import msgspec

from crm_cell.audit.labels import API_KEY, Labels, ResourceLabels
from crm_cell.fields import Field, Writable, computed
from crm_cell.kernel.labels import Label
from crm_cell.options.labels import OPTION
from crm_cell.people.labels import HANDOVER, TEAM, USER
from crm_cell.resources.option_fields import labels_of, options_of
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.services import Services
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Reader
from crm_cell.tags.labels import TAG

DUPLICATE_POLICY: Final = ResourceLabels(
    ("查重规则", "policy about duplicates"),
    {
        "nameCore": ("名称核心", "core of the name"),
        "phone": ("电话", "phone"),
        "email": ("邮箱", "e-mail"),
        "uscc": ("统一社会信用代码", "credit code"),
    },
    {},
)


def audit_labels(registry: Registry) -> Labels:
    """By resource name; API keys and users included."""
    declared = {resource.name: _labels(resource) for resource in registry}
    return declared | {
        "api_key": API_KEY,
        "user": USER,
        "team": TEAM,
        "handover": HANDOVER,
        "option": OPTION,
        "tag": TAG,
        "duplicate_policy": DUPLICATE_POLICY,
        "duplicate_pair": ResourceLabels(("疑似重复", "suspected duplicate"), {}, {}),
    }


class AuditLabels:
    """With the names that each tenant gives to its options and tags."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.declared = audit_labels(services.registry)

    async def of_tenant(self, tx: Reader, tenant: str) -> Labels:
        options = await self._services.options.of(tx, tenant)
        tags = await self._services.tags.of(tx, tenant)
        names: dict[int | str, Label] = {key: (name, name) for key, name in tags.names.items()}
        found = dict(self.declared)
        for resource in self._services.registry:
            values = {
                camel(field.name): {**field.options, **labels_of(resource, field, options)}
                for field in options_of(resource)
            }
            if resource.has_tags:
                values["tags"] = names
            if values:
                known = found[resource.name]
                merged = {**known.values, **values}
                found[resource.name] = msgspec.structs.replace(known, values=merged)
        return found


def _labels(resource: AnyResource) -> ResourceLabels:
    members: dict[str, Label] = {}
    for name in resource.record.shown:
        described: Field | computed = resource.fields.get(name) or getattr(resource.record, name)
        label = described.short_label or described.label
        assert label is not None, "visible fields have a label"
        members[camel(name)] = _within_a_sentence(label)
    values = {
        camel(name): field.options for name, field in resource.fields.items() if field.options
    }
    fields = resource.fields.values()
    return ResourceLabels(
        _within_a_sentence(resource.label),
        members,
        values,
        numbers=frozenset(camel(each.name) for each in fields if each.kind == "integer"),
        unsaid=frozenset(
            camel(each.name)
            for each in fields
            if each.kind == "instant" and each.writable is Writable.NEVER
        ),
    )


def _within_a_sentence(label: Label) -> Label:
    chinese, english = label
    return chinese, english[:1].lower() + english[1:]
