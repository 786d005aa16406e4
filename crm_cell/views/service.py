"""A view is saved only if the list that it is of could be read by it."""

from typing import Any, Final

import msgspec

from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.resources.listing.found import Finding
from crm_cell.resources.listing.language import ListLanguage
from crm_cell.resources.listing.saved import TenantSettings, saved_faults
from crm_cell.resources.listing.selection import member_names
from crm_cell.resources.resource import Resource
from crm_cell.resources.service import Service, Write
from crm_cell.resources.services import Services
from crm_cell.storage.engine import Tx
from crm_cell.views.resource import LISTED, ColumnView, View

_CHECKED: Final = ("filter", "sort", "columns", "group_by")
# Of fields with few values, or with values that many records have in common.
_GROUPS: Final = ("choice", "user", "boolean", "id")


class ViewService(Service[View]):
    def __init__(self, resource: Resource[View], services: Services) -> None:
        super().__init__(resource, services)
        self._languages: dict[str, ListLanguage] = {}

    async def prepare(self, write: Write[View]) -> View:
        """What nobody is named as the owner of belongs to its creator."""
        before, after = write.before, write.after
        if before is None and after.owner_id is None:
            after = msgspec.structs.replace(after, owner_id=write.actor.user)
        if before is None or any(
            getattr(before, name) != getattr(after, name) for name in _CHECKED
        ):
            await self._check(write.tx, after)
        return after

    async def _check(self, tx: Tx, view: View) -> None:
        """Raises BadRequest with all faults."""
        language = self._language(view.resource)
        settings = TenantSettings(
            await self.services.options.of(tx, view.tenant_id),
            await self.services.tags.of(tx, view.tenant_id),
        )
        faults = await saved_faults(language, view.filter, view.sort, tx.now, settings)
        faults += _column_faults(view, member_names(language.resource))
        groups = [
            each.wire
            for each in language.members.values()
            if each.kind in _GROUPS and each.column != "id"
        ]
        if view.group_by is not None and view.group_by not in groups:
            params = {"allowed": ", ".join(groups)}
            label = self.resource.fields["group_by"].label
            faults.append(FieldError("groupBy", "not_one_of", params, label))
        if faults:
            raise BadRequest(faults)

    def _language(self, name: str) -> ListLanguage:
        if name not in self._languages:
            listed: Resource[Any] = next(each for each in LISTED if each.name == name)
            services = self.services
            finding: Finding[Any] = Finding(
                services.of(listed).store, services.options, services.tags
            )
            self._languages[name] = finding.language
        return self._languages[name]


def _column_faults(view: View, allowed: list[str]) -> list[FieldError]:
    """Names of no member, and those that are there twice."""
    named = [each.field for each in msgspec.json.decode(view.columns, type=list[ColumnView])]
    faults = []
    for index, name in enumerate(named):
        place = f"columns[{index}].field"
        if name not in allowed:
            faults.append(FieldError(place, "not_one_of", {"allowed": ", ".join(allowed)}))
        elif name in named[:index]:
            faults.append(FieldError(place, "repeated"))
    return faults
