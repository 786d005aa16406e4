"""`POST /…/search`: what a list takes as query parameters, in a body, where a filter is long."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, integer, text, unchanged
from crm_cell.http.paging import (
    EMBED,
    FIELDS,
    FILTER,
    LONGEST_CURSOR,
    SORT,
    WITH_TOTAL,
    ZONE,
    ListingQuery,
    RequestedListing,
    list_hash_of,
    requested_page,
    wanted_of,
)
from crm_cell.http.schema import Body, Query
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.paging import DEFAULT_SIZE, MAX_PAGE, MAX_SIZE
from crm_cell.resources.bodies import filters
from crm_cell.resources.resource import AnyResource

_LONGEST_FILTER: Final = 65_536
_EXAMPLE: Final = {"and": [{"field": "createdAt", "op": ">=", "value": "-30d"}]}


def search_body(resource: AnyResource) -> type[Body]:
    """E.g. CustomerSearch."""
    exact = [
        (name, Annotated[str, field.filter] | None, None)
        for name, field in filters(resource).items()
    ]
    # An example with all members answers whole records, as they are documented.
    left_out = Meta(examples=[None])
    fields: list[tuple[str, Any, Any]] = [
        ("page", Annotated[int, integer(1, MAX_PAGE)] | None, None),
        ("page_size", Annotated[int, integer(1, MAX_SIZE)], DEFAULT_SIZE),
        ("cursor", Annotated[str, text(1, LONGEST_CURSOR), left_out] | None, None),
        ("filter", Annotated[Any, filter_meta(_EXAMPLE)], None),
        ("sort", Annotated[str, unchanged(200), SORT] | None, None),
        ("fields", Annotated[str, unchanged(2_000), FIELDS, left_out] | None, None),
        ("embed", Annotated[str, unchanged(200), EMBED, left_out] | None, None),
        ("with_total", Annotated[bool, WITH_TOTAL], False),
        ("tz", Annotated[str, unchanged(100), ZONE] | None, None),
    ]
    made = msgspec.defstruct(
        f"{resource.record.__name__}Search",
        [*exact, *fields],
        bases=(Body,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": "As the query parameters of the list; the filter may be JSON."},
        module=resource.record.__module__,
    )
    return cast(type[Body], made)


def filter_meta(example: Any) -> Meta:
    """Of a member that is a line of text, or JSON."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and len(value) > _LONGEST_FILTER:
            raise InvalidValue("too_long", limit=_LONGEST_FILTER)
        if not isinstance(value, str | dict):
            raise InvalidValue("type", expected="string, object")
        return value

    schema: dict[str, Any] = {"type": ["string", "object"], "maxLength": _LONGEST_FILTER}
    schema |= {"description": FILTER.description, "examples": [example]}
    return Meta(extra={"check": check}, extra_json_schema=schema)


def requested(
    body: Body, query: type[Query], actor: Actor, path: str
) -> tuple[Query, RequestedListing]:
    """The exact filters, and the page. Raises BadRequest for a cursor of another list."""
    exact = query(**_members(body, query.__struct_fields__))
    listing = ListingQuery(**_members(body, ListingQuery.__struct_fields__))
    query_json = msgspec.json.encode([exact])
    if wanted := wanted_of(listing):
        query_json += wanted.narrowing
    mark = list_hash_of(actor.tenant, actor.owner, path, query_json)
    return exact, requested_page(RequestedListing, listing, mark)


def _members(body: Body, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(body, name) for name in names}
