"""Users in requests and responses."""

from typing import Annotated, Any, ClassVar, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import checks
from crm_cell.fields.zones import DEFAULT_ZONE, time_zone
from crm_cell.http.path_text import PathText
from crm_cell.http.schema import Body, PatchFields, Query, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.masking import email_in_responses
from crm_cell.people.users.store import ACTIVE, LEFT, User


def _check_id(value: Any) -> str:
    """As it is written: an id in a path is not corrected."""
    if not checks.is_owner(checks.string(value)):
        raise checks.InvalidValue("malformed")
    return str(value)


USER_ID: Final = checks.as_meta(
    _check_id,
    label=("用户", "User"),
    min_length=1,
    max_length=255,
    description="用户编号，即令牌的 sub · The user's id: `sub` of their tokens",
    examples=["alice"],
)
_ID: Final = Meta(
    description="用户编号，即令牌的 sub · The user's id: `sub` of their tokens", examples=["alice"]
)
_NAME: Final = checks.text(
    1, 100, label=("姓名", "Name"), description="姓名 · Name", examples=["陈晨"]
)
_EMAIL: Final = checks.email(label=("邮箱", "E-mail"), description="邮箱 · E-mail address")
_STATUS: Final = checks.enum(
    ACTIVE,
    LEFT,
    label=("状态", "Status"),
    description="active 在职，left 离职 · Whether the user is active or has left",
    examples=[ACTIVE],
)
_LOCALE: Final = checks.enum(
    "zh", "en", label=("语言", "Locale"), description="语言 · Language", examples=["zh"]
)
_ZONE: Final = time_zone(label=("时区", "Time zone"))
_ZONE_TEXT: Final = Meta(description="时区 · Time zone")


class UserId(PathText):
    __slots__ = ()
    meta = USER_ID
    member = "userId"


class UserPut(Body):
    """A user as they are to be; what is left out gets its default."""

    name: Annotated[str, _NAME]
    email: Annotated[str, _EMAIL] | None = None
    status: Annotated[str, _STATUS] = ACTIVE
    locale: Annotated[str, _LOCALE] = "zh"
    time_zone: Annotated[str, _ZONE, _ZONE_TEXT] = DEFAULT_ZONE


class UserView(View):
    """A user of the tenant, and the teams that they belong to and lead."""

    user_id: Annotated[str, _ID]
    tenant_id: str
    name: Annotated[str, Meta(description="姓名 · Name", examples=["陈晨"])]
    email: Annotated[str, Meta(description="邮箱 · E-mail address")] | None
    status: Annotated[
        str, Meta(description="状态 · active, or left", extra_json_schema={"enum": [ACTIVE, LEFT]})
    ]
    locale: Annotated[str, Meta(description="语言 · Language", examples=["zh"])]
    time_zone: Annotated[str, Meta(description="时区 · Time zone", examples=["Asia/Shanghai"])]
    team_ids: Annotated[list[str], Meta(description="所属团队 · Teams that the user belongs to")]
    lead_of: Annotated[list[str], Meta(description="所负责的团队 · Teams that the user leads")]
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, user: User, team_ids: list[str], lead_of: list[str]) -> "UserView":
        return cls(
            user_id=user.user_id,
            tenant_id=user.tenant_id,
            name=user.name,
            email=email_in_responses(user.email),
            status=user.status,
            locale=user.locale,
            time_zone=user.time_zone,
            team_ids=team_ids,
            lead_of=lead_of,
            created_at=format_time(user.created_at),
            updated_at=format_time(user.updated_at),
        )


class UserPatch(PatchFields):
    """Users change their own name, locale and timeZone; administrators also the others."""

    view: ClassVar[type[View]] = UserView

    name: Annotated[str, _NAME] | UnsetType = UNSET
    email: Annotated[str, _EMAIL] | UnsetType | None = UNSET
    status: Annotated[str, _STATUS] | UnsetType = UNSET
    locale: Annotated[str, _LOCALE] | UnsetType = UNSET
    time_zone: Annotated[str, _ZONE, _ZONE_TEXT] | UnsetType = UNSET


class UserQuery(Query):
    status: Annotated[str, _STATUS] | None = None
