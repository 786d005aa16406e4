"""The policy about duplicates in requests and responses."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from crm_cell.fields import checks
from crm_cell.fields.scalars import optional_time
from crm_cell.http.schema import Body, View
from crm_cell.kernel.actor import CHANNELS
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.labels import Label
from crm_cell.matching.policy import ACTS, Act, Policy
from crm_cell.resources.views import camel

_LABELS: Final[dict[str, Label]] = {
    "name_core": ("名称核心", "Core of the name"),
    "phone": ("电话", "Phone"),
    "email": ("邮箱", "E-mail"),
    "uscc": ("统一社会信用代码", "Credit code"),
}
_EXAMPLE: Final = {"api": "warn", "batch": "off", "import": "warn"}
_SCHEMA: Final[dict[str, Any]] = {
    "properties": {each: {"type": "string", "enum": list(ACTS)} for each in CHANNELS},
    "additionalProperties": False,
}


def _acts(name: str) -> Any:
    label = _LABELS[name]
    return Annotated[
        dict[str, Any],
        checks.members(label=label),
        Meta(
            description=f"{label[0]}相同时：block 拒绝、warn 提示、off 不查，按写入方式；"
            "未写的为 off · What is done where it is the same, by the kind of request: `api`,"
            " `batch`, `import`; what is left out is `off`",
            examples=[_EXAMPLE],
            extra_json_schema=_SCHEMA,
        ),
    ]


class DuplicatePolicyPut(Body):
    """All of it: a key that is left out is off."""

    name_core: _acts("name_core") = msgspec.field(default_factory=dict)  # type: ignore[valid-type]  # made above
    phone: _acts("phone") = msgspec.field(default_factory=dict)  # type: ignore[valid-type]
    email: _acts("email") = msgspec.field(default_factory=dict)  # type: ignore[valid-type]
    uscc: _acts("uscc") = msgspec.field(default_factory=dict)  # type: ignore[valid-type]

    @property
    def acts(self) -> dict[str, dict[str, Act]]:
        """By key and channel. Raises BadRequest."""
        found: dict[str, dict[str, Act]] = {}
        faults: list[FieldError] = []
        for name in _LABELS:
            key = camel(name)
            given = found[key] = dict(getattr(self, name))
            for channel, act in given.items():
                where = f"{key}.{channel}"
                if channel not in CHANNELS:
                    faults.append(FieldError(where, "unknown"))
                elif act not in ACTS:
                    faults.append(FieldError(where, "not_one_of", {"allowed": ", ".join(ACTS)}))
        if faults:
            raise BadRequest(faults)
        return found


class DuplicatePolicyView(View):
    """What is done about a customer that may be there already, by key and kind of request."""

    name_core: _acts("name_core")  # type: ignore[valid-type]
    phone: _acts("phone")  # type: ignore[valid-type]
    email: _acts("email")  # type: ignore[valid-type]
    uscc: _acts("uscc")  # type: ignore[valid-type]
    updated_at: (
        Annotated[
            str,
            Meta(
                description="修改时间，从未设置则为 null · When it was set; null if never",
                extra_json_schema={"format": "date-time"},
            ),
        ]
        | None
    )

    @classmethod
    def of(cls, policy: Policy) -> "DuplicatePolicyView":
        acts = policy.complete
        members: dict[str, Any] = {name: acts[camel(name)] for name in _LABELS}
        return cls(**members, updated_at=optional_time(policy.updated_at))
