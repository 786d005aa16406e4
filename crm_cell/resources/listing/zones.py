"""The time zone that a request names."""

from datetime import tzinfo
from typing import Annotated, Any, ClassVar, Final

from crm_cell.fields.checks import InvalidValue, as_meta, string
from crm_cell.http.paging import ZONE
from crm_cell.http.schema import Query
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.times import DEFAULT_ZONE, zone_named

NO_ZONE: Final = Message(
    "no_zone",
    "没有这个时区，应为 Asia/Shanghai 这样的 IANA 名称",
    "is no time zone; write a name of the IANA database, like Asia/Shanghai",
)


def _check_zone(value: Any) -> str:
    if zone_named(string(value)) is None:
        raise InvalidValue("value", text=NO_ZONE)
    return string(value)


class ZoneQuery(Query):
    """Where days begin and end."""

    narrows: ClassVar[bool] = False

    tz: Annotated[str, as_meta(_check_zone, min_length=1, max_length=100), ZONE] | None = None

    @property
    def zone_name(self) -> str:
        return self.tz or DEFAULT_ZONE

    @property
    def zone(self) -> tzinfo:
        found = zone_named(self.zone_name)
        assert found is not None, "it was checked"
        return found
