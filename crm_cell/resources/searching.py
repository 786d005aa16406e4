"""By which fields the records of a resource are found, from its declaration."""

from crm_cell.resources.resource import AnyResource
from crm_cell.search.index import Searchable


def searchable(resource: AnyResource, *, texts: bool) -> Searchable:
    """`texts`: longer texts too. Telephone numbers follow names: what has no name is not found by
    a number either."""
    fields = resource.fields.values()
    return Searchable(
        resource.name,
        names=tuple(each.name for each in fields if each.searchable and each.kind == "text"),
        texts=tuple(
            each.name for each in fields if texts and each.searchable and each.kind == "lines"
        ),
        phones=tuple(each.name for each in fields if each.kind == "phone"),
        companies=(resource.title,) if resource.is_organisation and resource.title else (),
    )
