"""Pairs of customers that may be the same, in responses."""

from typing import Annotated, Any

from msgspec import Meta

from crm_cell.customers.resource import Customer
from crm_cell.duplicates.pairs import Shown
from crm_cell.fields import checks
from crm_cell.fields.scalars import optional_time
from crm_cell.http.schema import Query, View
from crm_cell.kernel.clock import format_time

_TIME: Any = {"format": "date-time"}


class PairsQuery(Query):
    status: Annotated[
        str,
        checks.enum("open", "dismissed"),
        Meta(description="未处理或已忽略 · Those to look at, or those that were dismissed"),
    ] = "open"


class PairedCustomerView(View):
    """One of two customers that may be the same."""

    customer_id: str
    name: Annotated[str, Meta(description="客户名称 · Its name", examples=["云帆科技有限公司"])]
    owner_id: Annotated[str | None, Meta(description="负责人 · Its owner", examples=["alice"])]
    created_at: Annotated[
        str, Meta(description="创建时间 · When it was created", extra_json_schema=_TIME)
    ]
    last_follow_up_at: (
        Annotated[
            str,
            Meta(
                description="最近跟进时间 · When the last follow-up happened",
                extra_json_schema=_TIME,
            ),
        ]
        | None
    )

    @classmethod
    def of(cls, customer: Customer) -> "PairedCustomerView":
        return cls(
            customer_id=customer.id,
            name=customer.name,
            owner_id=customer.owner_id,
            created_at=format_time(customer.created_at),
            last_follow_up_at=optional_time(customer.last_follow_up_at),
        )


class DuplicatePairView(View):
    """Two customers that may be the same, the older one first."""

    pair_id: str
    tenant_id: str
    matched_by: Annotated[
        list[str],
        Meta(
            description="相同之处 · By what they are alike: nameCore, phone, email, uscc",
            examples=[["nameCore"]],
        ),
    ]
    customers: Annotated[list[PairedCustomerView], Meta(description="两个客户 · The two customers")]
    found_at: Annotated[
        str, Meta(description="发现时间 · When they were found", extra_json_schema=_TIME)
    ]
    dismissed_at: (
        Annotated[
            str,
            Meta(description="忽略时间 · When they were dismissed", extra_json_schema=_TIME),
        ]
        | None
    )
    dismissed_by: Annotated[
        str | None, Meta(description="忽略人 · Who dismissed them", examples=["alice"])
    ]

    @classmethod
    def of(cls, shown: Shown) -> "DuplicatePairView":
        pair = shown.pair
        return cls(
            pair_id=pair.id,
            tenant_id=pair.tenant_id,
            matched_by=list(shown.matched_by),
            customers=[PairedCustomerView.of(each) for each in shown.customers],
            found_at=format_time(pair.found_at),
            dismissed_at=optional_time(pair.dismissed_at),
            dismissed_by=pair.dismissed_by,
        )


class DuplicatePairsView(View):
    """A page of pairs, the newest first."""

    data: list[DuplicatePairView]
    next_cursor: str | None
