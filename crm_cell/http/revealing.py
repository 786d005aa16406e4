"""Members of the requests and responses that reveal contact details."""

from typing import Annotated, Any

from msgspec import Meta

from crm_cell.fields.checks import InvalidValue, items, string, text


def revealable(*members: str) -> Meta:
    """A list of distinct `members`, at least one."""
    whole = items(1, len(members)).extra
    assert whole is not None

    def check(value: Any) -> list[str]:
        chosen = [string(each) for each in whole["check"](value)]
        if not set(chosen) <= set(members):
            raise InvalidValue("not_one_of", allowed=", ".join(members))
        if len(set(chosen)) < len(chosen):
            raise InvalidValue("repeated")
        return chosen

    return Meta(
        description="要查看的字段 · What to see in full",
        examples=[[members[0]]],
        min_length=1,
        max_length=len(members),
        extra={"check": check},
        extra_json_schema={
            "items": {"type": "string", "enum": list(members)},
            "uniqueItems": True,
        },
    )


Reason = Annotated[
    str,
    text(
        1,
        500,
        label=("查看原因", "Reason"),
        description="查看原因，记入审计 · Why, for the audit log",
        examples=["客户要求回电"],
    ),
]
Revealed = Annotated[
    dict[str, str | None],
    Meta(
        description="完整值 · The full values",
        examples=[{"contactPhone": "13812345678"}],
    ),
]
