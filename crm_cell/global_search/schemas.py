"""Search on the wire."""

from typing import Annotated

from msgspec import Meta

from crm_cell.fields.checks import integer, text
from crm_cell.global_search.hits import Group, Hit
from crm_cell.http.schema import Query, View
from crm_cell.resources.views import camel
from crm_cell.search.matching import Match
from crm_cell.search.query import LONGEST_QUERY

_MOST_HITS, _USUAL_HITS = 50, 10
# Of a longer text, so much around the first match.
_BEFORE, _EXCERPT = 30, 120


class SearchQuery(Query):
    q: Annotated[
        str,
        text(
            1,
            LONGEST_QUERY,
            label=("搜索词", "Search text"),
            examples=["云帆"],
            description="名称的一部分、拼音或首字母、完整号码或手机尾号四位；多个词以空格分隔，须全部命中"
            " · Part of a name, pinyin or initials, a whole number or its last four digits; of"
            " several words all have to match",
        ),
    ]
    types: (
        Annotated[
            str,
            text(
                1,
                200,
                label=("类型", "Types"),
                examples=["customer,contact"],
                description="要搜索的类型，逗号分隔；不填为全部 · Kinds of records, separated by"
                " commas; all without it",
            ),
        ]
        | None
    ) = None
    limit: Annotated[
        int,
        integer(
            1,
            _MOST_HITS,
            label=("条数", "Limit"),
            description="每种类型最多返回几条 · The most hits of each kind",
        ),
    ] = _USUAL_HITS


class MatchView(View):
    """Where a record matches."""

    field: Annotated[
        str, Meta(description="命中的字段 · The member that matches", examples=["name"])
    ]
    text: Annotated[
        str | None,
        Meta(
            description="字段内容，长文本为节选，号码已脱敏 · Its value, of a longer text an"
            " excerpt; numbers are masked",
            examples=["杭州云帆科技有限公司"],
        ),
    ]
    ranges: Annotated[
        list[list[int]],
        Meta(
            description="`text` 中命中的位置，字符数，左闭右开；空表示整段 · Where in `text`, in"
            " characters, from the first to behind the last; without any it is the whole",
            examples=[[[2, 4]]],
        ),
    ]


class HitView(View):
    """A record that was found."""

    type: Annotated[str, Meta(description="类型 · Its kind", examples=["customer"])]
    id: Annotated[str, Meta(description="记录编号 · Its id")]
    title: Annotated[str | None, Meta(description="名称 · What people know it by")]
    subtitle: Annotated[
        str | None,
        Meta(
            description="所属客户，或脱敏后的电话 · The customer that it belongs to, or its masked"
            " telephone number"
        ),
    ]
    owner_id: Annotated[str | None, Meta(description="负责人 · Its owner", examples=["alice"])]
    matched: Annotated[list[MatchView], Meta(description="命中的字段 · The members that match")]
    score: Annotated[
        int,
        Meta(
            description="匹配程度，越高越好 · How well it matches: 100 exact, 80 from the start,"
            " 70 by a telephone number, 60 contains it, 50 pinyin, 40 initials, 30 words, 20 in a"
            " longer text",
            examples=[60],
        ),
    ]


class HitGroupView(View):
    """The hits of one kind, the best first."""

    type: Annotated[str, Meta(description="类型 · Their kind", examples=["customer"])]
    hits: Annotated[list[HitView], Meta(description="命中的记录 · The records")]
    has_more: Annotated[
        bool, Meta(description="是否还有更多 · Whether there are, or may be, others")
    ]


class SearchView(View):
    """What was found, by kind; kinds without a hit are left out."""

    groups: Annotated[list[HitGroupView], Meta(description="按类型分组 · One for each kind")]

    @classmethod
    def of(cls, groups: list[Group]) -> "SearchView":
        return cls(groups=[_group(each) for each in groups])


def _group(group: Group) -> HitGroupView:
    hits = [_hit(each) for each in group.hits]
    return HitGroupView(type=group.service.resource.name, hits=hits, has_more=group.has_more)


def _hit(hit: Hit) -> HitView:
    resource = hit.service.resource
    phones = [_shown(hit, field.name) for field in resource.encrypted if field.kind == "phone"]
    return HitView(
        type=resource.name,
        id=hit.record.id,
        title=resource.title_of(hit.record),
        subtitle=hit.parent or next(filter(None, phones), None),
        owner_id=hit.owner,
        matched=[_match(hit, each) for each in hit.matches],
        score=hit.score,
    )


def _match(hit: Hit, match: Match) -> MatchView:
    shown = _shown(hit, match.field)
    ranges = [[begin, end] for begin, end in match.ranges]
    if shown is not None and ranges and len(shown) > _EXCERPT and _is_long(hit, match.field):
        begin = max(0, ranges[0][0] - _BEFORE)
        shown = shown[begin : begin + _EXCERPT]
        ranges = [[a - begin, b - begin] for a, b in ranges if a >= begin and b <= begin + _EXCERPT]
    return MatchView(field=camel(match.field), text=shown, ranges=ranges)


def _is_long(hit: Hit, name: str) -> bool:
    return name in hit.service.store.index.searchable.texts


def _shown(hit: Hit, name: str) -> str | None:
    """As answers show it: numbers are masked."""
    value = getattr(hit.record, name)
    to_view = hit.service.resource.fields[name].to_view
    shown: str | None = to_view(value) if to_view is not None else value
    return shown
