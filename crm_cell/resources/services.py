"""The services of all resources, through which a service finds the others."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from crm_cell.options.catalogue import Catalogue
from crm_cell.people.directory import Directory
from crm_cell.resources.members.store import Memberships
from crm_cell.resources.option_fields import option_fields
from crm_cell.resources.record import R
from crm_cell.resources.registry import Registry
from crm_cell.resources.resource import AnyResource, Resource
from crm_cell.resources.service import Service
from crm_cell.resources.tables import make_tables
from crm_cell.tags.catalogue import TagCatalogue

S = TypeVar("S", bound=Service[Any])


class Limits(msgspec.Struct, frozen=True):
    """Quotas of a user for one day in UTC."""

    reveals_per_day: int = 100
    dry_run_rows_per_day: int = 20_000
    """Rows of import dry runs, for callers who are restricted to their own records."""
    duplicate_checks_per_day: int = 200
    """For the same callers."""


class Services:
    """`kinds` are the service classes of resources that extend `Service`."""

    def __init__(
        self,
        registry: Registry,
        kinds: Mapping[AnyResource, Callable[[AnyResource, "Services"], Service[Any]]],
        limits: Limits,
        *,
        search_texts: bool = False,
        directory: Directory | None = None,
    ) -> None:
        """`search_texts`: whether longer texts, such as those of follow-ups, are searched too.
        `directory` knows who can be an owner."""
        self.registry = registry
        self.limits = limits
        self.directory = directory or Directory()
        self.memberships = Memberships()
        self.options = Catalogue(option_fields(registry))
        self.tags = TagCatalogue()
        self.search_texts = search_texts
        self.tables = make_tables(registry)
        self._of: dict[str, Service[Any]] = {
            resource.table: kinds.get(resource, Service)(resource, self) for resource in registry
        }

    def of(self, resource: Resource[R]) -> Service[R]:
        return self._of[resource.table]

    def get(self, kind: type[S]) -> S:
        """The service of this class."""
        return next(service for service in self if isinstance(service, kind))

    def named(self, name: str) -> Service[Any]:
        """By the name of the resource in events and the audit log, e.g. `customer`."""
        return next(service for service in self if service.resource.name == name)

    def __iter__(self) -> Iterator[Service[Any]]:
        return iter(self._of.values())
