"""What the document tells people beyond the declarations: Chinese first, then English."""

from typing import Any, Final

from crm_cell.kernel.clock import format_time

TITLE: Final = "CRM 接口文档（商用版）"

INTRODUCTION: Final = """\
多租户 CRM 细胞：客户、联系人、商机、跟进记录、合同、回款、报表与监控。

- **地址**：经 PaaS 网关为 `/api/v1/crm`，细胞直连时根路径与 `/api/v1/crm` 均可。GET 路径同时支持 HEAD。
- **请求头**：`Authorization: Bearer <token>`、`X-Tenant-Id` 必填；POST、PATCH 还须 `X-Request-ID` 与 \
`Content-Type: application/json`。带 `X-User-Id` 时仅见本人负责的数据。同一请求头重复出现返回 400。
- **响应头**：`X-Request-ID` 原样返回，`X-Response-Time` 为整毫秒，`Server-Timing` 含小数。
- **幂等**：写请求以（租户、方法、路径、`X-Request-ID` 或 `Idempotency-Key`）为键，生效一次；\
重复请求返回首次的状态、正文、`Location` 与 `ETag`，并带 `Idempotent-Replayed: true`。同键异文为 409 \
`IDEMPOTENT_CONFLICT`。被拒绝或失败的请求不占用键。键保留 72 小时（可配置），合同与回款永久保留。
- **分页**：`page` 从 1 起，`pageSize` 默认 20、最大 500（导出最大 1000），越界返回 400；\
`nextCursor` 作为 `cursor` 传回可深翻页。最新的在前，`total` 为准确总数。
- **更新**：PATCH 为 JSON merge patch（RFC 7396）：未出现的不变，`null` 清空。由服务维护的字段可原样送回。\
`If-Match` 不匹配返回 412。
- **脱敏**：所有返回中的手机号均脱敏（`138****5678`）；把脱敏值送回不改变任何内容。
- **金额**：`amountCents` 为整数分（int64），`currency` 为 ISO 4217，默认 `CNY`。时间为 RFC 3339 UTC 毫秒。
- **错误**：一律为 `{"code","message","details","requestId"}`，校验错误另有 `errors` 逐条列出。\
`Accept-Language: en` 时文字为英文，`code` 不变。请求体或查询中的未知字段返回 400。

---

A multi-tenant CRM cell: customers, contacts, opportunities, follow-ups, contracts, payments, \
reports and monitoring.

- **Address**: `/api/v1/crm` through the platform's gateway; directly, both the root and \
`/api/v1/crm`. Every GET path also answers HEAD.
- **Request headers**: `Authorization: Bearer <token>` and `X-Tenant-Id` are required; POST and \
PATCH also need `X-Request-ID` and `Content-Type: application/json`. `X-User-Id` narrows \
everything to what that user owns. A header given twice is refused with 400.
- **Response headers**: `X-Request-ID` is echoed, `X-Response-Time` is in whole milliseconds, \
`Server-Timing` has the fractions.
- **Idempotency**: the key of a write is (tenant, method, path, `X-Request-ID` or \
`Idempotency-Key`); it takes effect once. A copy gets the first status, body, `Location` and \
`ETag` again with `Idempotent-Replayed: true`; the same key with another request is 409 \
`IDEMPOTENT_CONFLICT`. Refused and failed requests leave their key free. Keys last 72 hours \
(configurable), those of contracts and payments for ever.
- **Paging**: `page` starts at 1, `pageSize` is 20 by default and at most 500 (exports 1000), \
and anything else is 400. `nextCursor`, sent back as `cursor`, pages as deep as one likes at the \
same cost. Newest first; `total` is exact.
- **Changes**: PATCH is a JSON merge patch (RFC 7396): absent stays, `null` clears. Members that \
the service sets may be sent back unchanged. An `If-Match` that does not match is 412.
- **Masking**: phone numbers are masked in every answer (`138****5678`); sending the masked form \
back changes nothing.
- **Money**: `amountCents` is whole cents in an int64, `currency` is ISO 4217, `CNY` by default. \
Times are RFC 3339, UTC, milliseconds.
- **Errors**: always `{"code","message","details","requestId"}`; a validation error also has \
`errors`, one entry for each fault. With `Accept-Language: en` the text is English; `code` never \
changes. Unknown members of a body or a query are refused with 400.
"""

CODES_HEADING: Final = """\
### 错误码 · Error codes

| HTTP | code | 说明 | Meaning |
|---|---|---|---|
"""

BEARER: Final = (
    "平台签发的令牌；`dev` 模式下任意非空令牌均可。"
    "· The platform's token; in `dev` mode any that is not empty."
)

# Each tag with its Chinese name and what it is about, in the order in which pages show them.
TAGS: Final = {
    "customers": ("客户", "Customers, with import and export. A name is unique in its tenant."),
    "contacts": ("联系人", "People at a customer; at most one of them is primary."),
    "opportunities": ("商机", "Deals on their way through six stages, to won or lost."),
    "follow-ups": ("跟进记录", "Calls, visits, mails and meetings with a customer."),
    "contracts": ("合同", "Signed contracts, with what has been paid and what is outstanding."),
    "payments": ("回款", "Payments received on a contract. They are never changed or deleted."),
    "reports": ("报表", "Figures over all that the caller may see."),
    "metrics": ("监控指标", "Business figures as JSON, process figures for Prometheus."),
    "audit-logs": ("审计日志", "Who did what to which record, under which request."),
    "health": ("健康检查", "Whether the service and its database answer. No token needed."),
    "openapi": ("接口描述", "This document."),
}

SUCCESS: Final = {
    200: "成功 · OK",
    201: "已创建 · Created",
    204: "已删除，无正文 · Deleted, no content",
}

STAMP: Final = format_time(1_795_400_760_123)


def _id(tail: str, meaning: str) -> dict[str, Any]:
    identifier = f"01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c{tail}"
    return {"description": meaning, "examples": [identifier]}


def _told(meaning: str, *examples: object) -> dict[str, Any]:
    return {"description": meaning} | ({"examples": list(examples)} if examples else {})


# Members and parameters that mean the same wherever they stand. What a field declares goes first.
MEMBERS: Final[dict[str, dict[str, Any]]] = {
    "customerId": _id("11", "客户编号 · Id of the customer"),
    "contactId": _id("12", "联系人编号 · Id of the contact"),
    "opportunityId": _id("13", "商机编号 · Id of the opportunity"),
    "followUpId": _id("14", "跟进记录编号 · Id of the follow-up"),
    "contractId": _id("15", "合同编号（系统） · Id of the contract"),
    "paymentId": _id("16", "回款编号 · Id of the payment"),
    "auditLogId": _id("17", "审计记录编号 · Id of the audit entry"),
    "resourceId": _id("11", "被操作记录的编号 · Id of the record it was done to"),
    "tenantId": _told("租户 · The tenant", "acme"),
    "ownerId": _told("负责人（平台用户编号） · The owner, a user id of the platform", "alice"),
    "createdAt": _told("创建时间 · When it was created", STAMP) | {"format": "date-time"},
    "updatedAt": _told("最后变更时间 · When it last changed", STAMP) | {"format": "date-time"},
    "name": _told("名称 · The name"),
    "phone": _told("电话，返回时脱敏 · Telephone number, masked in answers"),
    "contactPhone": _told("联系电话，返回时脱敏 · Telephone number, masked in answers"),
    "email": _told("邮箱 · E-mail address"),
    "contactEmail": _told("联系邮箱 · E-mail address"),
    "isPrimary": _told("是否首要联系人 · Whether this is the customer's primary contact", True),
    "title": _told("标题 · The title"),
    "amountCents": _told("金额，整数分 · Amount in whole cents"),
    "totalAmountCents": _told("金额合计，整数分 · Sum of the amounts in whole cents", 1_280_000),
    "paidCents": _told("已回款，整数分 · Paid so far, in whole cents", 480_000),
    "outstandingCents": _told("未回款，整数分 · Still outstanding, in whole cents", 800_000),
    "currency": _told("币种，ISO 4217 · Currency, ISO 4217", "CNY"),
    "content": _told("内容 · What was said"),
    "contractNo": _told("合同编号，租户内唯一 · Contract number, unique in the tenant"),
    "signedAt": _told("签订日期或时间 · Date or time of signing"),
    "paymentAt": _told("回款日期或时间 · Date or time of the payment"),
    "remark": _told("备注 · Remark"),
    "stage": _told("商机阶段 · Stage of the opportunity"),
    "stageName": _told("阶段名称 · Name of the stage", "方案报价"),
    "count": _told("数量 · How many", 12),
    "totalCount": _told("总数 · How many in all", 12),
    "data": _told("本页数据 · The rows of this page"),
    "total": _told("总条数 · Number of all rows", 1),
    "page": _told("页码，从 1 起，不能与 cursor 同用 · Page number from 1, not with cursor", 1),
    "pageSize": _told("每页条数 · Rows per page", 20),
    "cursor": _told("上一页的 nextCursor · The nextCursor of the page before"),
    "nextCursor": _told(
        "下一页游标，末页为 null · Cursor of the next page, null on the last", None
    ),
    "requestId": _told("请求ID · Id of the request", "req-7f3c2a10"),
    "traceId": _told("链路ID · Id of the trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
    "actor": _told("操作人 · Who did it", "alice"),
    "action": _told("操作 · What was done", "created"),
    "resourceType": _told("记录类型 · Kind of record", "customer"),
    "changes": _told("变更前后 · What changed, from and to"),
    "from": _told("起始时间（含） · From this time on", "2026-11-01T00:00:00Z"),
    "to": _told("截止时间（不含） · Before this time", "2026-12-01T00:00:00Z"),
    "cell": _told("细胞名称 · Name of the cell", "crm"),
    "version": _told("版本 · Version"),
}
