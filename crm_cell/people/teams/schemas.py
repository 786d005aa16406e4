"""Teams in requests and responses."""

from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import checks
from crm_cell.http.schema import Body, PatchFields, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.labels import Label
from crm_cell.people.teams.service import TeamState

# A leader's list asks for the records of everybody below.
_MOST_PEOPLE = 500


def _people(label: Label) -> Meta:
    """A list of user ids."""
    user: Any = checks.owner().extra
    listed: Any = checks.items(0, _MOST_PEOPLE).extra

    def check(value: Any) -> list[str]:
        return [user["check"](each) for each in listed["check"](value)]

    return checks.as_meta(
        check,
        label=label,
        max_length=_MOST_PEOPLE,
        description=f"{label[0]}，用户编号 · {label[1]}, by their user ids",
        examples=[["alice"]],
    )


_NAME: Final = checks.text(
    1, 100, label=("团队名称", "Name"), description="名称 · Name", examples=["华东销售"]
)
_PARENT: Final = checks.reference(label=("上级团队", "Parent team"))
_PARENT_TEXT: Final = Meta(description="上级团队 · The team above", examples=[None])
_LEADERS: Final = _people(("负责人", "Leaders"))
_MEMBERS: Final = _people(("成员", "Members"))


class TeamCreate(Body):
    name: Annotated[str, _NAME]
    parent_id: Annotated[str, _PARENT, _PARENT_TEXT] | None = None
    leader_ids: Annotated[list[str], _LEADERS] = msgspec.field(default_factory=list)
    member_ids: Annotated[list[str], _MEMBERS] = msgspec.field(default_factory=list)


class TeamView(View):
    """A team, with those who lead it and those who belong to it."""

    team_id: str
    tenant_id: str
    name: Annotated[str, Meta(description="名称 · Name", examples=["华东销售"])]
    parent_id: Annotated[str, _PARENT_TEXT] | None
    leader_ids: Annotated[list[str], Meta(description="负责人 · Leaders")]
    member_ids: Annotated[list[str], Meta(description="成员 · Members")]
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, state: TeamState) -> "TeamView":
        return cls(
            team_id=state.team.id,
            tenant_id=state.team.tenant_id,
            name=state.name,
            parent_id=state.parent_id,
            leader_ids=state.leader_ids,
            member_ids=state.member_ids,
            created_at=format_time(state.team.created_at),
            updated_at=format_time(state.team.updated_at),
        )


class TeamPatch(PatchFields):
    view: ClassVar[type[View]] = TeamView

    name: Annotated[str, _NAME] | UnsetType = UNSET
    parent_id: Annotated[str, _PARENT, _PARENT_TEXT] | UnsetType | None = UNSET
    leader_ids: Annotated[list[str], _LEADERS] | UnsetType = UNSET
    member_ids: Annotated[list[str], _MEMBERS] | UnsetType = UNSET
