"""Checks for duplicates in requests and responses."""

from typing import Annotated

from msgspec import Meta

from crm_cell.duplicates.messages import NOT_AN_ID, NOTHING_TO_CHECK
from crm_cell.fields import business_checks, checks
from crm_cell.http.schema import Body, View
from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.ids import is_id
from crm_cell.matching.keys import Wanted
from crm_cell.matching.schemas import DuplicateView
from crm_cell.matching.showing import Match, verdict_of


class DuplicateCriteria(Body):
    name: (
        Annotated[
            str,
            checks.text(
                1,
                200,
                label=("客户名称", "Customer name"),
                examples=["云帆科技(上海)有限公司"],
                description="客户名称，写法不限 · The name of a customer, in any spelling",
            ),
        ]
        | None
    ) = None
    phone: (
        Annotated[
            str,
            checks.phone(
                label=("电话", "Phone"),
                description="完整电话，写法不限 · A whole number in any spelling",
            ),
        ]
        | None
    ) = None
    email: (
        Annotated[
            str, checks.email(label=("邮箱", "E-mail"), description="完整邮箱 · A whole address")
        ]
        | None
    ) = None
    uscc: (
        Annotated[
            str,
            business_checks.uscc(label=("统一社会信用代码", "Credit code")),
            Meta(description="完整的统一社会信用代码 · A whole unified social credit identifier"),
        ]
        | None
    ) = None
    exclude_id: (
        Annotated[
            str,
            checks.reference(label=("排除", "Excluded record")),
            Meta(
                description="不算作重复的记录 · A record that is none: the one being edited",
                examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
            ),
        ]
        | None
    ) = None

    @property
    def wanted(self) -> Wanted:
        """Raises BadRequest."""
        wanted = Wanted(self.name, self.phone, self.email, self.uscc, self.exclude_id)
        if not wanted.keys:
            raise BadRequest([FieldError("name", "value", {"text": NOTHING_TO_CHECK})])
        if self.exclude_id is not None and not is_id(self.exclude_id):
            raise BadRequest([FieldError("excludeId", "value", {"text": NOT_AN_ID})])
        return wanted


class DuplicateCheckView(View):
    """What was found, the strongest match first."""

    verdict: Annotated[
        str,
        Meta(
            description="结论 · `none`, `similar`, or `exact`: the same name, number, address or"
            " credit code",
            examples=["similar"],
        ),
    ]
    matches: Annotated[list[DuplicateView], Meta(description="最多五条 · At most five")]

    @classmethod
    def of(cls, matches: list[Match]) -> "DuplicateCheckView":
        return cls(
            verdict=verdict_of(matches), matches=[DuplicateView.of(each) for each in matches]
        )
