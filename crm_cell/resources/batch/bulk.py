"""POST /{resource}/bulk: one change, deletion or restoration of many records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Generic

import msgspec
from msgspec import Meta

from crm_cell.fields.checks import enum, items, members, unchanged
from crm_cell.http.paging import ZONE
from crm_cell.http.request import Request
from crm_cell.http.responses import RolledBack
from crm_cell.http.schema import Body, View, validate_patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, CrmError, FieldError, QueryTooBroad, RateLimited
from crm_cell.kernel.explanations import explain
from crm_cell.kernel.messages import Language
from crm_cell.resources.batch.batch_writer import BatchWriter
from crm_cell.resources.batch.items import Batch, Item
from crm_cell.resources.batch.outcomes import Outcome
from crm_cell.resources.batch.schemas import (
    MOST_ITEMS,
    Code,
    DryRun,
    Failed,
    RecordId,
    Status,
    Text,
    Tried,
)
from crm_cell.resources.batch.selecting import Selection
from crm_cell.resources.handlers import described
from crm_cell.resources.listing.searching import filter_meta
from crm_cell.resources.record import R
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.reveals import dry_runs
from crm_cell.reveals.messages import DRY_RUNS_SPENT
from crm_cell.storage.engine import Tx

if TYPE_CHECKING:
    from crm_cell.resources.routing import ResourceRoutes

_TAKEN = 409
_MOST_FAILURES = 100
_ZONE = Meta(description=ZONE.description, examples=[None])


class BulkFailureView(View):
    """Why a record stayed as it was."""

    id: RecordId
    status: Status
    code: Code
    message: Text


class BulkView(View):
    """How many records there were, by what became of them."""

    dry_run: Tried
    total: Annotated[int, Meta(description="记录数 · Number of records", examples=[1])]
    updated: Annotated[int, Meta(description="已变更 · Changed", examples=[1])]
    deleted: Annotated[int, Meta(description="已删除 · Deleted", examples=[0])]
    restored: Annotated[int, Meta(description="已恢复 · Restored", examples=[0])]
    unchanged: Annotated[int, Meta(description="已是如此 · Were so already", examples=[0])]
    failed: Failed
    failures: Annotated[
        list[BulkFailureView],
        Meta(description="失败的记录，至多 100 条 · Those that failed, at most 100"),
    ]


class BulkRoutes(Generic[R]):
    """Added to the declared routes of a resource."""

    def __init__(self, declared: "ResourceRoutes[R]", writer: BatchWriter[R]) -> None:
        self._declared = declared
        self._resource = declared.resource
        self._service = declared.service
        self._writer = writer
        self._selection = Selection(declared.lists.finding)

    def add(self) -> None:
        resource = self._resource
        if not actions(resource):
            return
        text = (
            f"Change, delete or restore up to 1000 {resource.tag} alike.\n\n"
            "They are those of `ids`, or all that a `filter` finds. Where it finds more than 1000, "
            "nothing changes.\n"
            "With `dryRun` the answer says how many it would be, and nothing is written."
        )
        parameters: dict[str, Any] = {
            "tx": Tx,
            "actor": Actor,
            "body": bulk_body(resource),
            "request": Request,
        }
        rejections: list[CrmError] = [QueryTooBroad(), RateLimited(message=DRY_RUNS_SPENT)]
        self._declared.routes.write(
            "POST",
            "/bulk",
            f"批量变更{resource.label[0]}",
            long=True,
            shown_ids=failed_ids,
            rejections=rejections,
        )(described(self._bulk, "bulk", text, parameters, BulkView))

    async def _bulk(self, tx: Tx, actor: Actor, body: Any, request: Request) -> BulkView:
        self._selection.check(body)
        action = self._action(body)
        if action == "update":
            faults = await self._service.option_check.unknown(tx, actor, body.set)
            if faults:
                raise BadRequest(_in_set(faults))
        ids = await self._selection.ids(tx, actor, body)
        changes = body.set if action == "update" else {}
        found = [Item(index, dict(changes), id=each) for index, each in enumerate(ids)]
        batch = Batch(action, "id", None, found)
        outcomes = await self._writer.write(tx, actor, batch, atomic=False)
        answer = _counted(ids, action, outcomes, request.language, dry_run=body.dry_run)
        if body.dry_run:
            raise self._tried(actor, answer, outcomes)
        return answer

    def _action(self, body: Any) -> str:
        """Raises BadRequest."""
        if (body.set is None) == (body.action is None):
            if body.set is None:
                raise BadRequest([FieldError("action", "required")])
            raise BadRequest([FieldError("action", "exclusive", {"other": "set"})])
        if body.set is None:
            return str(body.action)
        try:
            validate_patch(body.set, self._declared.patch)
        except BadRequest as bad:
            raise BadRequest(_in_set(bad.field_errors)) from None
        return "update"

    def _tried(self, actor: Actor, answer: BulkView, outcomes: Sequence[Outcome[R]]) -> RolledBack:
        taken = sum(each.status == _TAKEN for each in outcomes)
        most = self._service.services.limits.dry_run_rows_per_day
        return RolledBack(
            answer,
            lambda after: dry_runs.record(
                after, actor, self._resource.name, rows=len(outcomes), taken=taken, most=most
            ),
        )


def _in_set(faults: Sequence[FieldError]) -> list[FieldError]:
    return [
        msgspec.structs.replace(each, field="set" if each.field == "body" else f"set.{each.field}")
        for each in faults
    ]


def actions(resource: AnyResource) -> list[str]:
    """Beside a change."""
    found = ["delete"] if resource.verbs & Verbs.DELETE else []
    return found + (["restore"] if resource.verbs & Verbs.RESTORE else [])


def bulk_body(resource: AnyResource) -> type[Body]:
    """E.g. TaskBulk."""
    fields: list[Any] = [
        (
            "ids",
            Annotated[
                list[Any],
                items(1, MOST_ITEMS),
                Meta(
                    description="记录编号 · The ids of the records",
                    examples=[["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"]],
                    extra_json_schema={"items": {"type": "string"}},
                ),
            ]
            | None,
            None,
        ),
        ("filter", Annotated[Any, filter_meta(None)] | None, None),
        ("tz", Annotated[str, unchanged(100), _ZONE] | None, None),
        (
            "set",
            Annotated[
                dict[str, Any],
                members(description="合并补丁 · A JSON merge patch", examples=[{}]),
            ]
            | None,
            None,
        ),
        (
            "action",
            Annotated[
                str,
                enum(*actions(resource)),
                Meta(description="操作，与 set 二选一 · In place of set", examples=[None]),
            ]
            | None,
            None,
        ),
        ("dry_run", DryRun, False),
    ]
    made: Any = msgspec.defstruct(
        f"{resource.record.__name__}Bulk",
        fields,
        bases=(Body,),
        kw_only=True,
        rename="camel",
        module=resource.record.__module__,
    )
    kind: type[Body] = made
    return kind


def failed_ids(answer: bytes) -> list[str]:
    """The records that an answer names: only those that its caller has named are in it."""
    report = msgspec.json.decode(answer)["failures"]
    return [each["id"] for each in report if each["status"] != _NOT_FOUND]


_NOT_FOUND = 404


def _counted(
    ids: Sequence[str],
    action: str,
    outcomes: Sequence[Outcome[Any]],
    language: Language,
    *,
    dry_run: bool,
) -> BulkView:
    failed = [(each, each.error) for each in outcomes if each.error is not None]
    changed = sum(each.changed for each in outcomes)
    effects = dict.fromkeys(("updated", "deleted", "restored"), 0)
    effects[{"update": "updated", "delete": "deleted", "restore": "restored"}[action]] = changed
    return BulkView(
        dry_run=dry_run,
        total=len(outcomes),
        **effects,
        unchanged=len(outcomes) - changed - len(failed),
        failed=len(failed),
        failures=[
            BulkFailureView(
                id=ids[each.index],
                status=error.status,
                code=error.code,
                message=explain(language, error)[0],
            )
            for each, error in failed[:_MOST_FAILURES]
        ],
    )
