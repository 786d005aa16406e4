"""Each entry of GET /audit-logs is also a sentence."""

import pytest

from crm_cell.audit.api_keys import record_created, record_updated
from crm_cell.contracts.resource import Status as ContractStatus
from crm_cell.customers.resource import Status as CustomerStatus
from crm_cell.identity.api_keys import service as api_keys
from crm_cell.kernel.actor import Actor
from crm_cell.opportunities.stages import STAGES
from crm_cell.opportunities.stages import Status as OpportunityStatus
from crm_cell.registry import make_registry
from crm_cell.resources.labels import audit_labels
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel, members
from crm_cell.storage.engine import Tx
from tests.api.options.test_options import add
from tests.world import Caller, Running, audit

# Never change after the creation.
FIXED = {"tenantId", "createdAt", "updatedAt"}
LABELS = audit_labels(make_registry())


async def summaries(caller: Caller, language: str = "zh") -> list[str]:
    answer = await caller.get("/audit-logs", headers={"Accept-Language": language})
    return [entry["summary"] for entry in reversed(answer.json()["data"])]


async def test_it_says_who_did_what(acme: Caller, alice: Caller) -> None:
    customer = await alice.customer(name="杭州云图", contactPhone="13812345678")
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"name": "云图", "status": 2, "ownerId": "bob"})
    await acme.patch(path, {"contactPhone": None})
    reveal = {"fields": ["contactEmail"], "reason": "回访"}
    await acme.post(f"{path}/reveal", reveal)
    await acme.delete(path)
    assert await summaries(acme) == [
        "alice 新建了客户「杭州云图」",
        "系统修改了客户「云图」：名称 杭州云图 → 云图；状态 启用 → 停用；负责人 alice → bob",
        "系统修改了客户「云图」：电话 138****5678 → 空",
        "系统查看了客户「云图」的完整信息：邮箱，原因：回访",
        "系统删除了客户「云图」",
    ]
    assert await summaries(acme, "en") == [
        "alice created customer “杭州云图”",
        (
            "The system changed customer “云图”:"
            " name 杭州云图 → 云图; status active → disabled; owner alice → bob"
        ),
        "The system changed customer “云图”: phone 138****5678 → nothing",
        "The system saw customer “云图” in full: e-mail, because: 回访",
        "The system deleted customer “云图”",
    ]


async def test_codes_and_amounts_are_put_into_words(alice: Caller) -> None:
    customer = await alice.customer(name="Acme")
    deal = await alice.opportunity(customer, title="Tender", amountCents=123_456_789)
    path = f"/opportunities/{deal['opportunityId']}"
    await alice.patch(path, {"stage": 5, "amountCents": 2**63 - 1, "probability": 35})
    contact = await alice.contact(customer, name="李雷")
    await alice.patch(f"/contacts/{contact['contactId']}", {"isPrimary": True})
    assert (await summaries(alice, "en"))[1:] == [
        "alice created opportunity “Tender”",
        (
            "alice changed opportunity “Tender”: amount 1,234,567.89 → 92,233,720,368,547,758.07;"
            " stage First contact → Won; status open → won; probability nothing → 35"
        ),
        "alice created contact “李雷”",
        "alice changed contact “李雷”: primary contact no → yes",
    ]


async def test_long_texts_are_cut_short(alice: Caller) -> None:
    follow_up = await alice.follow_up(content="甲" * 100)
    identifier = follow_up["followUpId"]
    await alice.patch(f"/follow-ups/{identifier}", {"content": "乙" * 41})
    await alice.patch(f"/follow-ups/{identifier}", {"followUpType": "visit"})
    assert await summaries(alice) == [
        f"alice 新建了跟进记录「{'甲' * 40}…」",
        f"alice 修改了跟进记录「{'乙' * 40}…」：内容 {'甲' * 40}… → {'乙' * 40}…",
        f"alice 修改了跟进记录「{identifier}」：跟进方式 电话 → 拜访",
    ]


async def test_a_payment_goes_by_its_amount(acme: Caller) -> None:
    contract = await acme.contract(await acme.customer(), amountCents=500_00)
    await acme.payment(contract, amountCents=123_45)
    assert (await summaries(acme, "en"))[2:] == ["The system created payment “123.45”"]


async def test_a_name_is_that_of_its_time(alice: Caller) -> None:
    customer = await alice.customer(name="Before")
    await alice.patch(f"/customers/{customer['customerId']}", {"name": "After"})
    rows = await alice.rows("/audit-logs")
    assert [row["resourceName"] for row in rows] == ["After", "Before"]


@pytest.mark.parametrize("resource", [*make_registry()], ids=lambda each: each.name)
def test_there_is_a_label_for_all_that_may_change(resource: AnyResource) -> None:
    shown = {member.wire for member in members(resource)} - FIXED - {camel(resource.id_member)}
    assert shown == LABELS[resource.name].members.keys()


async def test_there_is_a_label_for_all_that_changes_of_an_api_key(cell: Running) -> None:
    actor = Actor("acme", user="operator")

    async def issue(tx: Tx) -> None:
        made = await api_keys.create(tx, "acme", name="Console", scopes=frozenset({"read"}))
        await record_created(tx, actor, made.key)
        await record_updated(tx, actor, made.key, await api_keys.revoke(tx, made.key))

    await cell.service.database.write("issue", "acme", issue)
    created, revoked = audit(cell)
    shown = set(created["changes"]) - FIXED - {"apiKeyId"}
    assert shown == LABELS["api_key"].members.keys()
    assert set(revoked["changes"]) == {"revokedAt"}


def test_codes_mean_what_they_mean_elsewhere() -> None:
    assert LABELS["opportunity"].values["stage"] == {
        stage.number: (stage.name, stage.english_name) for stage in STAGES
    }
    assert set(LABELS["follow_up"].values["followUpType"]) == {
        "call",
        "visit",
        "email",
        "meeting",
        "wechat",
        "other",
    }
    for resource, statuses in (
        ("customer", CustomerStatus),
        ("opportunity", OpportunityStatus),
        ("contract", ContractStatus),
    ):
        named = LABELS[resource].values["status"]
        assert {number: english for number, (_, english) in named.items()} == {
            status.value: status.name.lower() for status in statuses
        }


def test_a_label_is_as_within_a_sentence() -> None:
    """And the short one, where a field has one."""
    labels = LABELS["customer"]
    assert labels.name == ("客户", "customer")
    assert labels.values["status"] == {1: ("启用", "active"), 2: ("停用", "disabled")}
    expected = {
        "name": ("名称", "name"),
        "contactPhone": ("电话", "phone"),
        "contactEmail": ("邮箱", "e-mail"),
        "status": ("状态", "status"),
        "ownerId": ("负责人", "owner"),
        "lastFollowUpAt": ("最近跟进", "last follow-up"),
    }
    assert {name: labels.members[name] for name in expected} == expected


async def test_options_and_tags_of_a_tenant_have_their_names(acme: Caller) -> None:
    await add(acme)
    tag = (await acme.post("/tags", {"name": "重点"})).json()
    customer = await acme.customer(name="云图", tags=[tag["tagId"]])
    path = f"/customers/{customer['customerId']}"
    await acme.patch(path, {"source": "source.summit", "tags": []})
    await acme.patch(f"/tags/{tag['tagId']}", {"name": "战略"})
    assert (await summaries(acme))[-2] == (
        "系统修改了客户「云图」：来源 空 → 行业峰会；标签 战略 → 空"
    )
    assert (await summaries(acme, "en"))[-2] == (
        "The system changed customer “云图”: source nothing → industry summit; tags 战略 → nothing"
    )
