"""The errors of an operation that follow from a declaration, for the API documentation."""

from collections.abc import Sequence
from typing import Any

from crm_cell.fields import OnDelete, Writable
from crm_cell.kernel.errors import (
    Conflict,
    CrmError,
    Forbidden,
    IdempotentConflict,
    QueryTooBroad,
    RateLimited,
    RuleViolation,
)
from crm_cell.kernel.messages import IDEMPOTENT_CHANGED
from crm_cell.resources.messages import (
    FORBIDDEN_TRANSFER,
    IDEMPOTENT_MONEY,
    RESTORE_ERASED,
    has_children,
    not_found,
    restore_first,
)
from crm_cell.resources.service import Service
from crm_cell.reveals.messages import REVEALS_SPENT

Rejections = Sequence[str | CrmError]


def declared_rejections(service: Service[Any], name: str) -> Rejections:
    """Of an operation: `list_`, `create`, `update` …"""
    resource = service.resource
    unique = list(
        dict.fromkeys(
            each.error.code for each in resource.unique if each.error is not IdempotentConflict
        )
    )
    colleague = [Forbidden(service.owned_by_colleague)] if resource.owner_writes else []
    match name:
        case "list_":
            return [QueryTooBroad()]
        case "create":
            return [
                *unique,
                *_reference_rejections(service, on_create=True),
                *_money_rejections(service),
            ]
        case "update":
            owner = resource.owner
            transfer = [Forbidden(FORBIDDEN_TRANSFER)] if owner and not owner.follows else []
            return [
                *unique,
                *_reference_rejections(service, on_create=False),
                *transfer,
                *colleague,
            ]
        case "delete":
            return [*_child_rejections(service), *colleague]
        case "restore":
            return [*unique, *_parent_rejections(service), *colleague]
        case "reveal":
            changed = IdempotentConflict(IDEMPOTENT_CHANGED)
            return [*colleague, RateLimited(message=REVEALS_SPENT), changed]
    return []


def _reference_rejections(service: Service[Any], *, on_create: bool) -> Rejections:
    if not service.resolves_references:
        return []
    parents = [
        service.services.registry.of_table(field.reference.path)
        for field in service.resource.references
        if field.reference is not None
        and (
            field.writable is Writable.ALWAYS
            or (on_create and field.writable is Writable.ON_CREATE)
        )
    ]
    of = service.services.of
    colleague = dict.fromkeys(of(parent).owned_by_colleague for parent in parents)
    missing = [RuleViolation(not_found(parent)) for parent in parents]
    return missing if service.resource.names_shared else [*missing, *map(RuleViolation, colleague)]


def _money_rejections(service: Service[Any]) -> Rejections:
    is_money = any(field.kind == "idempotency_key" for field in service.resource.fields.values())
    return [IdempotentConflict(IDEMPOTENT_MONEY)] if is_money else []


def _child_rejections(service: Service[Any]) -> Rejections:
    return [
        Conflict(has_children(service.resource, child))
        for child, field in service.services.registry.children(service.resource)
        if field.reference is not None and field.reference.on_delete is OnDelete.RESTRICT
    ]


def _parent_rejections(service: Service[Any]) -> Rejections:
    registry = service.services.registry
    parents = [
        registry.of_table(field.reference.path)
        for field in service.resource.references
        if field.reference is not None and field.reference.on_delete is OnDelete.CASCADE
    ]
    people = service.resource.is_person or any(parent.is_person for parent in parents)
    erased = [Conflict(RESTORE_ERASED)] if people else []
    return [*(Conflict(restore_first(parent)) for parent in parents), *erased]
