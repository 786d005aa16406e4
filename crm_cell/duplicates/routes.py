"""/duplicates, and the setting of what is done about them."""

from crm_cell.duplicates.messages import PAIR_UNKNOWN
from crm_cell.duplicates.pair_schemas import DuplicatePairsView, DuplicatePairView, PairsQuery
from crm_cell.duplicates.pairs import DuplicatePairs
from crm_cell.duplicates.policy import RESOURCE, PolicyService
from crm_cell.duplicates.policy_schemas import DuplicatePolicyPut, DuplicatePolicyView
from crm_cell.duplicates.schemas import DuplicateCheckView, DuplicateCriteria
from crm_cell.duplicates.service import Duplicates
from crm_cell.http.paging import RequestedCursor
from crm_cell.http.preconditions import IfMatch
from crm_cell.http.responses import Resource
from crm_cell.http.routing import Routes, Tag
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import Forbidden
from crm_cell.kernel.scopes import ADMIN
from crm_cell.matching.policy import Policy
from crm_cell.people.messages import ADMINISTRATORS_ONLY
from crm_cell.people.users.service import require_administrator
from crm_cell.storage.engine import Reader, Tx


def duplicate_routes(duplicates: Duplicates, pairs: DuplicatePairs) -> Routes:
    routes = Routes(
        "/duplicates",
        tag=Tag("duplicates", "查重", "Records that may be the same."),
        missing=PAIR_UNKNOWN,
        authorize_replay=pairs.authorize_replay,
        members={
            "pairId": {
                "description": "疑似重复的编号 · Id of the pair",
                "examples": ["01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c81"],
            }
        },
    )

    async def again(tx: Tx, actor: Actor, body: DuplicateCriteria) -> DuplicateCheckView:
        """Answers a replay, without counting a second check."""
        return DuplicateCheckView.of(await duplicates.look(tx, actor, body.wanted))

    @routes.write("POST", "/check", "查重", long=True, reread=again)
    async def check(tx: Tx, actor: Actor, body: DuplicateCriteria) -> DuplicateCheckView:
        """Whether a customer or contact with this name, number, address or credit code is there.

        In the whole tenant: of records that the caller cannot open it tells the owner, the month of
        the last follow-up, and the name only if that or the credit code was given. Each check is in
        the audit log.
        """
        return DuplicateCheckView.of(await duplicates.check(tx, actor, body.wanted))

    _add_pairs(routes, pairs)
    return routes


def _add_pairs(routes: Routes, pairs: DuplicatePairs) -> None:
    @routes.read("", "疑似重复列表")
    async def list_(
        tx: Reader, actor: Actor, query: PairsQuery, page: RequestedCursor
    ) -> DuplicatePairsView:
        """Pairs of customers that may be the same, newest first, of which the caller reads both.

        The service compares customers after each change, within a few minutes. A pair is gone when
        its customers are merged, or no longer alike.
        """
        dismissed = query.status == "dismissed"
        found, after = await pairs.page(tx, actor, page.after, page.size, dismissed=dismissed)
        return DuplicatePairsView(
            data=[DuplicatePairView.of(each) for each in found], next_cursor=page.cursor(after)
        )

    @routes.write("POST", "/{pair_id}/dismiss", "忽略疑似重复")
    async def dismiss(tx: Tx, actor: Actor, pair_id: str) -> DuplicatePairView:
        """Say that two customers are not the same. It is remembered as long as they are alike."""
        return DuplicatePairView.of(await pairs.dismiss(tx, actor, pair_id))

    @routes.write("POST", "/{pair_id}/reopen", "恢复疑似重复")
    async def reopen(tx: Tx, actor: Actor, pair_id: str) -> DuplicatePairView:
        """Take back that two customers are not the same."""
        return DuplicatePairView.of(await pairs.reopen(tx, actor, pair_id))


def policy_routes(service: PolicyService) -> Routes:
    routes = Routes("/settings", tag=Tag("settings", "设置", "What a tenant has decided."))

    @routes.read("/duplicates", "查重规则")
    async def get_duplicates(tx: Reader, actor: Actor) -> Resource[DuplicatePolicyView]:
        """What is done about a customer that may be there already. Everybody in the tenant may read
        it.

        A tenant that has never set it has `off` everywhere.
        """
        return _shown(await service.get(tx, actor.tenant))

    @routes.write(
        "PUT",
        "/duplicates",
        "设置查重规则",
        scope=ADMIN,
        rejections=[Forbidden(ADMINISTRATORS_ONLY)],
    )
    async def put_duplicates(
        tx: Tx, actor: Actor, body: DuplicatePolicyPut, condition: IfMatch
    ) -> Resource[DuplicatePolicyView]:
        """Set what is done about a customer that may be there already.

        `block` refuses a write with 409 `DUPLICATE_SUSPECTED`, unless the header
        `X-Allow-Duplicate` says why; `warn` adds `warnings` to its answer; `off` compares nothing.
        It counts for what is written from now on, in other processes of the service after at most
        five seconds where it is set for the first time.
        """
        require_administrator(actor)
        acts = Policy(body.acts)
        await service.lock(tx, actor.tenant)
        current = await service.get(tx, actor.tenant)
        condition.require(current.version)
        return _shown(await service.set(tx, actor, current, acts))

    return routes


def _shown(policy: Policy) -> Resource[DuplicatePolicyView]:
    return Resource(DuplicatePolicyView.of(policy), RESOURCE, policy.version)
