"""/follow-ups, whose creation may plan the next contact."""

from crm_cell.follow_ups.resource import FollowUp
from crm_cell.follow_ups.schemas import FollowUpCreate, FollowUpImportRow
from crm_cell.http.schema import Body
from crm_cell.resources.routing import ResourceRoutes


class FollowUpRoutes(ResourceRoutes[FollowUp]):
    @property
    def body_of_create(self) -> type[Body]:
        return FollowUpCreate

    @property
    def body_of_row(self) -> type[Body]:
        return FollowUpImportRow
