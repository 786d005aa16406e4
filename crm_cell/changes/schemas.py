"""The changes feed on the wire."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from crm_cell.fields.checks import enum, enums, integer, text
from crm_cell.http.schema import Query, View

OPERATIONS: Final = ("created", "updated", "deleted", "restored", "erased", "left", "entered")
MOST = 1_000
LONGEST_WAIT_SECONDS = 25

_CURSOR = Meta(
    description="下一次调用的 after · What to give as `after` next time",
    examples=["o8vRzB0eTqs3KdJ1mQxZ7g"],
)


def query_type(types: Iterable[str]) -> type[Query]:
    """The parameters of the feed; records are of these types."""
    several = Annotated[
        str,
        enums(
            *types,
            description="记录类型，逗号分隔，默认全部 · Types of records, between commas; all of"
            " them without it",
            examples=["customer,contact"],
        ),
    ]

    class ChangesQuery(Query):
        after: (
            Annotated[
                str,
                text(
                    1,
                    200,
                    description="上一次应答的 next · The `next` of the previous answer; without it"
                    " the feed begins where it begins",
                ),
            ]
            | None
        ) = None
        types: several | None = None
        limit: Annotated[
            int, integer(1, MOST, description="每页最多条数 · The most changes of a page")
        ] = 100
        include: (
            Annotated[
                str,
                enum("data", description="附带记录当前内容 · With each record as GET shows it now"),
            ]
            | None
        ) = None
        wait: Annotated[
            int,
            integer(
                0,
                LONGEST_WAIT_SECONDS,
                description="没有变更时最多等待秒数 · Where there is no change yet, how many"
                " seconds to wait for one",
            ),
        ] = 0
        collapse: Annotated[
            bool,
            Meta(
                description="每页每条记录只给最后一条 · One line for each record of a page, the"
                " last one"
            ),
        ] = False
        except_origin: (
            Annotated[
                str,
                text(
                    1,
                    64,
                    description="不含该来源的变更 · Without the changes of this X-Change-Origin",
                ),
            ]
            | None
        ) = None

    return ChangesQuery


class ChangeView(View, omit_defaults=True):
    """One change of one record."""

    change: Annotated[
        str,
        Meta(
            description="变更编号 · Id of the change",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c71"],
        ),
    ]
    type: Annotated[str, Meta(description="记录类型 · Type of record", examples=["customer"])]
    id: Annotated[
        str,
        Meta(
            description="记录编号 · Id of the record",
            examples=["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"],
        ),
    ]
    op: Annotated[
        str,
        Meta(
            description="操作；left、entered 表示对当前用户不再可见、变为可见 · What happened;"
            " `left` and `entered`: the caller no longer reads the record, or does now",
            examples=["updated"],
            extra_json_schema={"enum": list(OPERATIONS)},
        ),
    ]
    version: (
        Annotated[
            int,
            Meta(description="变更后的版本 · Version after the change, as in ETag", examples=[3]),
        ]
        | None
    )
    fields: Annotated[
        list[str],
        Meta(description="变更的字段 · Members that an update has changed", examples=[["name"]]),
    ]
    origin: (
        Annotated[
            str, Meta(description="来源系统 · X-Change-Origin of the write", examples=["erp"])
        ]
        | None
    )
    at: Annotated[str, Meta(description="时间 · When", examples=["2026-11-29T02:26:00.123Z"])]
    data: (
        Annotated[
            dict[str, Any],
            Meta(
                description="记录当前内容（include=data）；已不可见时没有 · The record as GET shows"
                " it now, with `include=data`; absent where the caller cannot GET it"
            ),
        ]
        | msgspec.UnsetType
    ) = msgspec.UNSET


class ChangesView(View):
    """Changes in their order. `caughtUp`: there are no further ones yet."""

    data: list[ChangeView]
    next: Annotated[str, _CURSOR]
    caught_up: Annotated[
        bool,
        Meta(description="是否已到最新 · Whether there are no further ones", examples=[True]),
    ]


class NowView(View):
    """Where the feed ends now."""

    next: Annotated[str, _CURSOR]
