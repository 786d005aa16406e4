"""Batches on the wire: made for each resource from its declaration."""

from collections.abc import Container, Iterable
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields.checks import enum, integer, items
from crm_cell.http.errors import FaultView
from crm_cell.http.path_text import EXTERNAL_ID, SOURCE
from crm_cell.http.schema import Body, View
from crm_cell.kernel.errors import BadRequest
from crm_cell.kernel.explanations import explain, explain_field_error
from crm_cell.kernel.messages import Language
from crm_cell.resources.batch.items import name_field, placed
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.bodies import upsert_body
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.resources.warnings import WARNINGS, warned
from crm_cell.storage.engine import Reader

MOST_ITEMS = 1_000
# Each shows a whole record: more of them would make an answer of many megabytes.
_MOST_CURRENT = 100

_Atomic = Annotated[
    bool,
    Meta(description="全部成功才写入 · Nothing is written where one item fails"),
]
DryRun = Annotated[bool, Meta(description="只校验不写入 · Report what would happen, write nothing")]
_Index = Annotated[
    int, Meta(description="在 items 中的位置，从 0 起 · Position in items, from 0", examples=[0])
]
Status = Annotated[
    int, Meta(description="同单条请求的状态码 · As of a single request", examples=[201])
]
Code = Annotated[str, Meta(description="错误码 · Error code", examples=["DUPLICATE_NAME"])]
Text = Annotated[str, Meta(description="失败原因 · Why it failed", examples=["客户名称已存在"])]
_Version = Annotated[
    int, Meta(description="版本，供 ifVersion 使用 · Its version, for ifVersion", examples=[1])
]
Failed = Annotated[int, Meta(description="失败条数 · How many failed", examples=[0])]
Tried = Annotated[bool, Meta(description="是否为试运行 · Whether nothing was written")]
RecordId = Annotated[
    str,
    Meta(
        description="记录编号 · Id of the record", examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"]
    ),
]


def modes(resource: AnyResource) -> list[str]:
    """What a batch may do with its records."""
    found = ["create"] if resource.verbs & Verbs.CREATE else []
    found += ["update"] if resource.verbs & Verbs.UPDATE else []
    found += ["upsert"] if resource.verbs & Verbs.CREATE else []
    return found + (["delete"] if resource.verbs & Verbs.DELETE else [])


def matches(resource: AnyResource, mode: str) -> list[str]:
    """By what its items may name their records."""
    named = mode == "update" and name_field(resource) is not None
    return ["id", "external", *(["name"] if named else [])]


def batch_body(resource: AnyResource) -> type[Body]:
    """E.g. TaskBatch."""
    name = resource.record.__name__
    item = _item(resource)
    by = [match for match in ("id", "external", "name") if match in _all_matches(resource)]
    fields: list[Any] = [
        (
            "mode",
            Annotated[
                str,
                enum(*modes(resource)),
                Meta(description="操作 · What to do", examples=["upsert"]),
            ],
        ),
        (
            "items",
            Annotated[
                list[Any],
                items(1, MOST_ITEMS, of=item),
                Meta(description="各条，逐条校验 · The items, each checked by itself"),
            ],
        ),
        (
            "match",
            Annotated[
                str,
                enum(*by),
                Meta(
                    description="按什么对应记录 · By what records are found", examples=["external"]
                ),
            ]
            | UnsetType,
            UNSET,
        ),
        ("source", Annotated[str, SOURCE] | UnsetType, UNSET),
        ("atomic", _Atomic, False),
        ("dry_run", DryRun, False),
    ]
    return _body(f"{name}Batch", fields, resource)


def _all_matches(resource: AnyResource) -> set[str]:
    return {match for mode in modes(resource) for match in matches(resource, mode)}


def _item(resource: AnyResource) -> type[Body]:
    """E.g. TaskBatchItem: what people may send, for the API documentation."""
    fields: list[Any] = [
        ("external_id", Annotated[str, EXTERNAL_ID] | UnsetType, UNSET),
        (
            "if_version",
            Annotated[
                int,
                integer(1, 2**53),
                Meta(description="只改此版本 · Change it only in this version", examples=[1]),
            ]
            | UnsetType,
            UNSET,
        ),
    ]
    made = msgspec.defstruct(
        f"{resource.record.__name__}BatchItem",
        fields,
        bases=(upsert_body(resource),),
        kw_only=True,
        rename="camel",
        module=resource.record.__module__,
    )
    return cast(type[Body], made)


def result_type(resource: AnyResource, view: type[View]) -> type[View]:
    """E.g. TaskBatchResultView: of one item."""
    shown: Any = view
    made = msgspec.defstruct(
        f"{resource.record.__name__}BatchResultView",
        [
            ("index", _Index),
            ("status", Status),
            ("id", RecordId | None),
            (
                "created",
                Annotated[bool, Meta(description="是否新建 · Whether it was created")],
            ),
            ("version", _Version | None),
            ("code", Code | None, None),
            ("message", Text | None, None),
            (
                "errors",
                Annotated[list[FaultView], Meta(description="逐条错误 · Every fault")] | None,
                None,
            ),
            (
                "current",
                Annotated[shown | None, Meta(description="412 时的现状 · The record of a 412")],
                None,
            ),
        ]
        + [("warnings", WARNINGS, UNSET)] * resource.warns,  # type: ignore[arg-type]
        bases=(View,),
        kw_only=True,
        rename="camel",
        omit_defaults=True,
        namespace={"__doc__": "What became of one item."},
        module=resource.record.__module__,
    )
    return cast(type[View], made)


def batch_view(resource: AnyResource, result: type[View]) -> type[View]:
    """E.g. TaskBatchResultsView: the answer."""
    of: Any = result
    made = msgspec.defstruct(
        f"{resource.record.__name__}BatchResultsView",
        [
            ("failed", Failed),
            ("dry_run", Tried),
            (
                "results",
                Annotated[
                    list[of], Meta(description="按 items 的顺序 · In the order of the items")
                ],
            ),
        ],
        bases=(View,),
        kw_only=True,
        rename="camel",
        namespace={"__doc__": "What became of the items of a batch, in their order."},
        module=resource.record.__module__,
    )
    return cast(type[View], made)


def results(
    tx: Reader,
    outcomes: Iterable[Outcome[Any]],
    kind: type[View],
    make_view: Any,
    language: Language,
    *,
    dry_run: bool,
) -> list[View]:
    """A dry run shows no id of what it would create: no record has it."""
    made, current = [], 0
    for each in outcomes:
        members: dict[str, Any] = {"index": each.index, "status": each.status}
        record = each.record
        hidden = record is None or (dry_run and each.created)
        members["id"] = None if hidden or record is None else record.id
        members["version"] = None if record is None else record.version
        members["created"] = each.created
        if record is not None:
            members |= warned(tx, record.id)
        if each.error is not None:
            members["code"] = each.error.code
            members["message"] = explain(language, each.error)[0]
        if isinstance(each.error, BadRequest):
            members["errors"] = faults_of(each.index, each.error, language)
        if each.current is not None and current < _MOST_CURRENT:
            current += 1
            members |= {"id": each.current.id, "version": each.current.version}
            members["current"] = make_view(each.current)
        made.append(kind(**members))
    return made


def faults_of(index: int, error: BadRequest, language: Language) -> list[FaultView]:
    return [
        FaultView(each.field, each.code, explain_field_error(language, each))
        for each in placed(index, error.field_errors)
    ]


def shown_ids(answer: bytes) -> list[str]:
    """The records that a stored answer shows; a replay is checked against them."""
    return [row["id"] for row in msgspec.json.decode(answer)["results"] if row["id"]]


def results_about(answer: bytes, ids: Container[str]) -> bytes:
    """The answer with the results of these records alone."""
    report = msgspec.json.decode(answer)
    report["results"] = [row for row in report["results"] if row["id"] in ids]
    return msgspec.json.encode(report)


def _body(name: str, fields: list[Any], resource: AnyResource) -> type[Body]:
    made = msgspec.defstruct(
        name,
        fields,
        bases=(Body,),
        kw_only=True,
        rename="camel",
        module=resource.record.__module__,
    )
    return cast(type[Body], made)
