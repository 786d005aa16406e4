"""Merges in requests and responses."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from crm_cell.customers.resource import customers
from crm_cell.fields import checks
from crm_cell.fields.scalars import optional_time
from crm_cell.http.schema import Body, View
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.merges.messages import NOT_AN_ID, NOT_PART, TWICE, WITH_ITSELF
from crm_cell.merges.service import CHOSEN, Done, Plan
from crm_cell.merges.undoing import Known, undoable_until
from crm_cell.resources.views import view_maker, view_type

MERGED_EXAMPLE: Final = "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c99"
_MOST: Final = 4
_TIME: Final = {"format": "date-time"}
_show = view_maker(customers, view_type(customers))


class CustomerMerge(Body):
    from_ids: Annotated[
        list[Any],
        checks.items(1, _MOST, label=("被合并的客户", "Merged customers")),
        Meta(
            description="被合并的客户，1–4 个 · The customers to be merged into this one, 1 to 4",
            examples=[[MERGED_EXAMPLE]],
            extra_json_schema={"items": {"type": "string"}},
        ),
    ]
    choose: (
        Annotated[
            dict[str, Any],
            checks.members(),
            Meta(
                description="各字段取哪个客户的值；不填则保留原值，原值为空时取被合并客户的值"
                " · Whose value each member gets: by default its own, or where that is null the"
                " first one of the others",
                examples=[{"contactPhone": MERGED_EXAMPLE}],
            ),
        ]
        | None
    ) = None
    dry_run: Annotated[
        bool, Meta(description="只预览，不合并 · Only show what would be", examples=[False])
    ] = False


def plan_of(body: CustomerMerge, survivor: str) -> Plan:
    """Raises BadRequest with all faults."""
    faults: list[FieldError] = []
    ids = _ids(body.from_ids, survivor, faults)
    choose: dict[str, str] = {}
    for member, source in (body.choose or {}).items():
        where = f"choose.{member}"
        if member not in CHOSEN:
            faults.append(FieldError(where, "unknown"))
        elif not isinstance(source, str) or source.lower() not in (survivor, *ids):
            faults.append(FieldError(where, "value", {"text": NOT_PART}))
        else:
            choose[CHOSEN[member]] = source.lower()
    if faults:
        raise BadRequest(faults)
    return Plan(ids, choose)


def _ids(given: list[Any], survivor: str, faults: list[FieldError]) -> list[str]:
    ids: list[str] = []
    for number, each in enumerate(given):
        where = f"fromIds[{number}]"
        identifier = each.strip().lower() if isinstance(each, str) else None
        if identifier is None:
            faults.append(FieldError(where, "type", {"expected": "string"}))
        elif not is_id(identifier):
            faults.append(FieldError(where, "value", {"text": NOT_AN_ID}))
        elif identifier == survivor:
            faults.append(FieldError(where, "value", {"text": WITH_ITSELF}))
        elif identifier in ids:
            faults.append(FieldError(where, "value", {"text": TWICE}))
        else:
            ids.append(identifier)
    return ids


class MergedCustomerView(View):
    """A customer that was merged into another one."""

    customer_id: str
    name: Annotated[
        str | None,
        Meta(
            description="客户名称，已清除时为 null · Its name; null once it is removed for good",
            examples=["云帆科技（上海）有限责任公司"],
        ),
    ]


class MergeView(View):
    """What was merged into a customer."""

    merge_id: Annotated[str | None, Meta(description="合并编号，试算时为 null · Null of a dry run")]
    tenant_id: str
    customer_id: Annotated[str, Meta(description="保留的客户 · The customer that has everything")]
    merged: Annotated[
        list[MergedCustomerView], Meta(description="被合并的客户 · Those that were merged into it")
    ]
    moved: Annotated[
        dict[str, int],
        Meta(
            description="移动的记录数，按类型 · How many records were moved, by kind",
            examples=[{"contacts": 2, "opportunities": 1, "followUps": 5}],
        ),
    ]
    merged_by: Annotated[
        str | None, Meta(description="操作人 · Who merged them", examples=["alice"])
    ]
    merged_at: Annotated[
        str, Meta(description="合并时间 · When they were merged", extra_json_schema=_TIME)
    ]
    undoable_until: Annotated[
        str, Meta(description="可撤销至 · Until when it can be undone", extra_json_schema=_TIME)
    ]
    undone_at: (
        Annotated[str, Meta(description="撤销时间 · When it was undone", extra_json_schema=_TIME)]
        | None
    )


class MergeResultView(MergeView):
    """What a merge does, and the customer as it is then."""

    dry_run: Annotated[bool, Meta(description="是否试算 · Whether it only showed what would be")]
    changes: Annotated[
        dict[str, Any],
        Meta(
            description="保留客户的字段变更，已脱敏 · Members of the customer before and after,"
            " masked",
            examples=[{"remark": {"before": None, "after": "年底签框架合同"}}],
        ),
    ]
    customer: Annotated[
        view_type(customers),  # type: ignore[valid-type]  # made from the declaration
        Meta(description="合并后的客户 · The customer as it is then"),
    ]


def view_of(known: Known) -> MergeView:
    return MergeView(**_members(known))


def result_of(done: Done, *, dry_run: bool) -> MergeResultView:
    members = _members(Known(done.merge, {each.id: each.name for each in done.merged}))
    if dry_run:
        members["merge_id"] = None
    return MergeResultView(
        **members, dry_run=dry_run, changes=dict(done.changes), customer=_show(done.survivor)
    )


def _members(known: Known) -> dict[str, Any]:
    merge = known.merge
    undone = merge.undone_at
    return {
        "merge_id": merge.id,
        "tenant_id": merge.tenant_id,
        "customer_id": merge.survivor_id,
        "merged": [
            MergedCustomerView(customer_id=each, name=name) for each, name in known.names.items()
        ],
        "moved": _counts(merge.moved),
        "merged_by": merge.merged_by,
        "merged_at": format_time(merge.created_at),
        "undoable_until": format_time(undoable_until(merge)),
        "undone_at": optional_time(undone),
    }


def _counts(moved: str) -> Mapping[str, int]:
    return msgspec.json.decode(moved, type=dict[str, int])


def customers_of(stored: bytes) -> list[str]:
    """The ids of the customers that a stored answer names, if it is about a merge."""
    result = msgspec.json.decode(stored) if stored else {}
    if "mergeId" not in result:
        return []
    return [result["customerId"], *(each["customerId"] for each in result["merged"])]
