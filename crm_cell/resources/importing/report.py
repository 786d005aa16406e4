"""The answer of an import: what became of each row."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, cast

import msgspec
from msgspec import UNSET, Meta

from crm_cell.http.schema import View
from crm_cell.kernel.errors import BadRequest, ClientError, Conflict, FieldError
from crm_cell.kernel.explanations import describe_field_error, explain
from crm_cell.kernel.messages import Language
from crm_cell.resources.importing.headings import Heading, member_of
from crm_cell.resources.importing.rows import Reading
from crm_cell.resources.importing.writing import Written
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.warnings import WARNINGS, warned
from crm_cell.storage.engine import Reader

Index = Annotated[int, Meta(description="行序，从 0 起 · Position, from 0", examples=[0])]
Place = Annotated[
    str, Meta(description="在文件中的位置 · The place in the file", examples=["line 2"])
]
Name = Annotated[str, Meta(description="名称 · The name", examples=["杭州云图科技有限公司"])]
ColumnName = Annotated[str, Meta(description="列名 · The column", examples=["截止日期"])]
Code = Annotated[str, Meta(description="错误码 · Error code", examples=["BAD_REQUEST"])]


class ReadingView(View):
    """How a date or a time was understood."""

    column: ColumnName
    cell: Annotated[str, Meta(description="原文 · As written", examples=["2026/1/31"])]
    value: Annotated[str, Meta(description="读作 · As understood", examples=["2026-01-31"])]


class FaultView(View):
    """One fault, at its cell."""

    column: ColumnName | None
    member: Annotated[str, Meta(description="成员名 · The member", examples=["dueOn"])]
    code: Annotated[str, Meta(description="错误码 · Error code", examples=["not_a_date"])]
    zh: Annotated[str, Meta(description="中文说明 · In Chinese", examples=["截止日期不是日期"])]
    en: Annotated[str, Meta(description="英文说明 · In English", examples=["Due date is no date"])]


class RefusedRowView(View):
    """A row that was not written, and why."""

    index: Index
    place: Place
    reason: Annotated[str, Meta(description="原因 · Why", examples=["请填写任务标题"])]
    code: Code
    zh: Annotated[str, Meta(description="中文原因 · Why, in Chinese", examples=["请填写任务标题"])]
    en: Annotated[
        str, Meta(description="英文原因 · Why, in English", examples=["Title is required"])
    ]
    faults: Annotated[list[FaultView], Meta(description="逐格错误 · Each fault at its cell")]


class ColumnView(View):
    """A column, and the member that it was read as."""

    column: ColumnName
    member: Annotated[str, Meta(description="成员名 · The member", examples=["dueOn"])]


Done = Annotated[
    str,
    Meta(
        description="结果 · What became of it",
        examples=["created"],
        extra_json_schema={"enum": ["created", "updated", "unchanged"]},
    ),
]
_COUNTS = {
    "created": "新建行数 · Rows that were created",
    "updated": "更新行数 · Rows that changed a record",
    "unchanged": "未变行数 · Rows that a record already equals",
    "errors": "失败行数 · Rows that were not written",
}


def report_type(resource: AnyResource) -> type[View]:
    """E.g. ContactImportReport."""
    name = resource.record.__name__
    done: Any = msgspec.defstruct(
        f"Imported{name}",
        [
            ("index", Index),
            ("place", Place),
            (resource.id_member, str | None),
            ("name", Name | None),
            ("outcome", Done),
            ("readings", Annotated[list[ReadingView], Meta(description="读法 · Readings")]),
        ]
        + [("warnings", WARNINGS, UNSET)] * resource.warns,
        bases=(View,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": "A row that was written; on a dry run, a new one has no id."},
        module=resource.record.__module__,
    )
    counts: list[Any] = [
        (name, Annotated[int, Meta(description=text, examples=[1])])
        for name, text in _COUNTS.items()
    ]
    made = msgspec.defstruct(
        f"{name}ImportReport",
        [
            ("accepted", Annotated[bool, Meta(description="已受理 · Taken", examples=[True])]),
            *counts,
            ("details", Annotated[list[done], Meta(description="成功的行 · Rows written")]),
            (
                "errors_detail",
                Annotated[list[RefusedRowView], Meta(description="失败的行 · Rows refused")],
            ),
            (
                "columns",
                Annotated[list[ColumnView], Meta(description="识别的列 · Columns understood")],
            ),
            (
                "left_aside",
                Annotated[
                    list[str],
                    Meta(description="未使用的列 · Columns left aside", examples=[["备注"]]),
                ],
            ),
        ],
        bases=(View,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": "What became of an import."},
        module=resource.record.__module__,
    )
    return cast(type[View], made)


class Reporter(Generic[R]):
    """Makes the reports of one resource."""

    def __init__(self, resource: AnyResource) -> None:
        self.type: Any = report_type(resource)
        self._resource = resource
        details = msgspec.structs.fields(self.type)[5].type
        self._row: Any = _item_type(details)

    def report(
        self,
        tx: Reader,
        written: Sequence[Written[R]],
        columns: Sequence[Heading],
        left_aside: Sequence[str],
        language: Language,
        *,
        dry_run: bool,
    ) -> Any:
        counted = {name: sum(each.done == name for each in written) for name in _COUNTS}
        refused = [each for each in written if each.error is not None]
        return self.type(
            accepted=True,
            **(counted | {"errors": len(refused)}),
            details=[
                self._detail(tx, each, dry_run=dry_run)
                for each in written
                if each.record is not None
            ],
            errors_detail=[_refused(each, language) for each in refused],
            columns=[
                ColumnView(column=each.text, member=member_of(each.column)) for each in columns
            ],
            left_aside=list(left_aside),
        )

    def _detail(self, tx: Reader, written: Written[R], *, dry_run: bool) -> Any:
        record = written.record
        assert record is not None, "the caller checked it"
        hidden = dry_run and written.done == "created"
        return self._row(
            index=written.row.index,
            place=written.row.place,
            **{self._resource.id_member: None if hidden else record.id},
            name=self._resource.title_of(record),
            outcome=written.done,
            readings=[_reading(each) for each in written.row.readings],
            **warned(tx, record.id),
        )


def _item_type(hint: Any) -> Any:
    """Of `Annotated[list[X], …]`."""
    inner = getattr(hint, "__origin__", hint)
    listed = inner if not hasattr(hint, "__metadata__") else hint.__args__[0]
    return listed.__args__[0]


def _reading(reading: Reading) -> ReadingView:
    return ReadingView(column=reading.column, cell=reading.cell, value=reading.value)


def _refused(written: Written[Any], language: Language) -> RefusedRowView:
    error = written.error
    assert error is not None, "the caller checked it"
    headings = written.row.headings
    faults = error.field_errors if isinstance(error, BadRequest) else []
    return RefusedRowView(
        index=written.row.index,
        place=written.row.place,
        reason=reason(error, language),
        code=error.code,
        zh=reason(error, "zh"),
        en=reason(error, "en"),
        faults=[_fault(each, headings.get(each.field)) for each in faults],
    )


def _fault(fault: FieldError, column: str | None) -> FaultView:
    return FaultView(
        column=column,
        member=fault.field,
        code=fault.code,
        zh=describe_field_error("zh", fault),
        en=describe_field_error("en", fault),
    )


def reason(error: ClientError, language: Language) -> str:
    """All faults of a row in one text."""
    if isinstance(error, BadRequest):
        separator = "; " if language == "en" else "；"
        return separator.join(describe_field_error(language, each) for each in error.field_errors)
    return explain(language, error)[0]


def taken(written: Iterable[Written[Any]]) -> int:
    """Rows whose refusal reveals that another record exists."""
    return sum(isinstance(each.error, Conflict) for each in written)


def every_id(report: bytes) -> list[str]:
    """The ids of the records in a stored report."""
    return [found for row in _details(report) if (found := _id_of(row)) is not None]


def report_of_rows(report: bytes, wanted: Callable[[str | None], bool]) -> bytes:
    """The part of a report about some records. Refused rows are left out, since they are none."""
    content = msgspec.json.decode(report)
    content["details"] = [row for row in content["details"] if wanted(_id_of(row))]
    content["errorsDetail"] = list[Any]()
    return msgspec.json.encode(content)


def _details(report: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.json.decode(report)["details"]
    return found


def _id_of(row: dict[str, Any]) -> str | None:
    """Its only member that ends like this."""
    return next((value for name, value in row.items() if name.endswith("Id")), None)
