"""The arguments of a handler, or all faults of the request that has none."""

from typing import Any

from crm_cell.http.request import Request
from crm_cell.http.routing import Route
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.storage.engine import Database


async def arguments_of(
    route: Route, request: Request, field_errors: list[FieldError], database: Database
) -> list[Any]:
    """Raises BadRequest with `field_errors`, those of query and body, and those of values that only
    the database knows to be wrong. Of a request without others, the handler finds the latter."""
    try:
        return route.binding.arguments(request, field_errors)
    except BadRequest as bad:
        actor, stored, members = request.actor, route.stored_faults, request.tree
        if stored is None or actor is None or not isinstance(members, dict):
            raise
        more = await database.read(
            route.name, actor.tenant, lambda tx: stored(tx, actor, members), long=False
        )
        named = {each.field for each in bad.field_errors}
        found = [each for each in more if each.field not in named]
        raise BadRequest([*bad.field_errors, *found]) from None
