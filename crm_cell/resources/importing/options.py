"""Options and tags in the rows of an import: by id, or by label in either language."""

from typing import Any

from crm_cell.fields.checks import InvalidValue
from crm_cell.kernel.errors import FieldError
from crm_cell.kernel.text import is_blank
from crm_cell.options.options import TenantOptions
from crm_cell.resources.importing.cells import choice_reader, tag_reader
from crm_cell.resources.option_fields import labels_of, option_fault, option_name, options_of
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel
from crm_cell.tags.tags import TenantTags


class OptionCells:
    """Of one resource and one tenant."""

    def __init__(self, resource: AnyResource, options: TenantOptions, tags: TenantTags) -> None:
        self._options = options
        self._read_tags = tag_reader(tags) if resource.has_tags else None
        self._cells = [
            (
                camel(field.name),
                choice_reader(labels_of(resource, field, options)),
                option_name(resource, field),
                field,
            )
            for field in options_of(resource)
        ]

    def read(self, row: dict[str, Any], *, new: bool) -> tuple[dict[str, Any], list[FieldError]]:
        """The row with ids for labels, and its faults. `new`: a record that has none of them yet,
        which gets no inactive option."""
        found: dict[str, Any] = {}
        tags = row.get("tags")
        if self._read_tags is not None and isinstance(tags, str) and not is_blank(tags):
            found["tags"] = self._read_tags(tags)
        elif tags == []:
            found["tags"] = None
        faults: list[FieldError] = []
        for member, read, name, field in self._cells:
            given = row.get(member)
            if not isinstance(given, str) or is_blank(given):
                continue
            try:
                found[member] = option_id = str(read(given))
            except InvalidValue as bad:
                faults.append(FieldError(member, bad.code, bad.params, field.label))
                continue
            if new and (fault := option_fault(self._options, name, field, option_id)):
                faults.append(fault)
        return ({**row, **found} if found else row), faults
