"""/tags"""

import msgspec

from crm_cell.http.preconditions import IfMatch
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.http.schema import Patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Conflict, DuplicateName, Forbidden, RuleViolation
from crm_cell.kernel.scopes import ADMIN
from crm_cell.people.messages import ADMINISTRATORS_ONLY
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx
from crm_cell.tags import tags
from crm_cell.tags.messages import TAG_EXISTS, TAG_UNKNOWN, TOO_MANY_RECORDS, TOO_MANY_TAGS
from crm_cell.tags.schemas import TagCreate, TagMerge, TagPatch, TagsView, TagView
from crm_cell.tags.service import MOST_RECORDS, MOST_TAGS, TagService

_ADMINISTRATORS = Forbidden(ADMINISTRATORS_ONLY)


def tag_routes(service: TagService) -> Routes:
    routes = Routes(
        "/tags",
        tag=Tag("tags", "标签", "Names that a tenant gives to customers, contacts and deals."),
        missing=TAG_UNKNOWN,
        members={
            "tagId": {
                "description": "标签编号 · Id of the tag",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3ca0"],
            }
        },
    )

    @routes.read("", "标签列表")
    async def list_(tx: Reader, actor: Actor) -> TagsView:
        """The tags of the tenant, by name, inactive ones included. Everybody in the tenant may
        read them."""
        return TagsView(data=list(map(TagView.of, await service.all(tx, actor.tenant))))

    @routes.read("/{tag_id}", "标签详情")
    async def get(tx: Reader, actor: Actor, tag_id: str) -> Resource[TagView]:
        """One tag."""
        return _answer(await service.get(tx, actor.tenant, tag_id))

    @routes.write(
        "POST",
        "",
        "新建标签",
        status=201,
        scope=ADMIN,
        rejections=[
            _ADMINISTRATORS,
            DuplicateName(TAG_EXISTS),
            RuleViolation(TOO_MANY_TAGS, limit=MOST_TAGS),
        ],
    )
    async def create(tx: Tx, actor: Actor, body: TagCreate) -> Resource[TagView]:
        """Create a tag. Its name is unique in the tenant."""
        require_administrator(actor)
        return _answer(await service.create(tx, actor, msgspec.structs.asdict(body)))

    @routes.write(
        "PATCH",
        "/{tag_id}",
        "更新标签",
        scope=ADMIN,
        rejections=[_ADMINISTRATORS, DuplicateName(TAG_EXISTS)],
    )
    async def update(
        tx: Tx, actor: Actor, tag_id: str, patch: Patch[TagPatch], condition: IfMatch
    ) -> Resource[TagView]:
        """Rename a tag, give it another colour, or deactivate it, by a JSON merge patch. No record
        changes by it."""
        require_administrator(actor)
        current = await service.get(tx, actor.tenant, tag_id)
        condition.require(current.version)
        changes = patch.against(TagView.of(current), current)
        return _answer(await service.update(tx, actor, current, changes))

    @routes.write(
        "POST",
        "/{tag_id}/merge",
        "合并标签",
        scope=ADMIN,
        long=True,
        rejections=[
            _ADMINISTRATORS,
            RuleViolation(TAG_UNKNOWN),
            Conflict(TOO_MANY_RECORDS, limit=MOST_RECORDS),
        ],
    )
    async def merge(tx: Tx, actor: Actor, tag_id: str, body: TagMerge) -> Resource[TagView]:
        """Give the records of a tag another one in its place. The first is gone; its id means the
        other one from now on, in saved views too."""
        require_administrator(actor)
        current = await service.get(tx, actor.tenant, tag_id)
        return _answer(await service.merge(tx, actor, current, body.into_tag_id))

    return routes


def _answer(tag: tags.Tag) -> Resource[TagView]:
    return Resource(TagView.of(tag), tag.id, tag.version)
