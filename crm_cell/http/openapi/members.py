"""Members and parameters that mean the same wherever they stand, told once.

Merged under what a field declares of itself: its own description and examples go first.
"""

from typing import Any, Final

from crm_cell.kernel.clock import format_time

STAMP: Final = format_time(1_795_400_760_123)


def _id(tail: str, meaning: str) -> dict[str, Any]:
    identifier = f"01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c{tail}"
    return {"description": meaning, "examples": [identifier]}


def _told(meaning: str, *examples: object) -> dict[str, Any]:
    return {"description": meaning} | ({"examples": list(examples)} if examples else {})


_INT64 = {"format": "int64"}

MEMBERS: Final[dict[str, dict[str, Any]]] = {
    "customerId": _id("11", "客户编号 · Id of the customer"),
    "contactId": _id("12", "联系人编号 · Id of the contact"),
    "opportunityId": _id("13", "商机编号 · Id of the opportunity"),
    "followUpId": _id("14", "跟进记录编号 · Id of the follow-up"),
    "contractId": _id("15", "合同编号（系统） · Id of the contract"),
    "paymentId": _id("16", "回款编号 · Id of the payment"),
    "auditLogId": _id("17", "审计记录编号 · Id of the audit entry"),
    "resourceId": _id("11", "被操作记录的编号 · Id of the record it was done to"),
    "tenantId": _told("租户 · The tenant", "demo"),
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
    "amountCents": _told(
        "金额，以币种最小单位计的整数（人民币为分，日元为元）"
        " · Amount in whole minor units of the currency (ISO 4217): cents for CNY, yen for JPY"
    )
    | _INT64,
    "totalAmountCents": _told("金额合计，整数分 · Sum of the amounts in whole cents", 1_280_000),
    "paidCents": _told("已回款，整数分 · Paid so far, in whole cents", 480_000) | _INT64,
    "outstandingCents": _told("未回款，整数分 · Still outstanding, in whole cents", 800_000)
    | _INT64,
    "currency": _told("币种，ISO 4217 · Currency, ISO 4217", "CNY"),
    "content": _told("内容 · What was said"),
    "contractNo": _told("合同编号，租户内唯一 · Contract number, unique in the tenant"),
    "signedAt": _told("签订日期或时间 · Date or time of signing"),
    "paymentAt": _told("回款日期或时间 · Date or time of the payment"),
    "remark": _told("备注 · Remark"),
    "stage": _told("商机阶段 · Stage of the opportunity"),
    "stageName": _told("阶段名称 · Name of the stage", "方案报价"),
    "count": _told("数量 · How many", 12),
    "totalCurrency": _told("总数与合计所属的币种 · The currency of totalCount and the sum", "CNY"),
    "totalCount": _told("该币种的商机数 · How many, in totalCurrency", 12),
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
    "resourceName": _told("记录当时的名称 · What the record was called then", "杭州云图"),
    "summary": _told(
        "一句话说明，语言随 Accept-Language · The entry as a sentence",
        "alice 修改了客户「杭州云图」：状态 启用 → 停用",
    ),
    "changes": _told(
        "变更前后 · What changed, before and after",
        {"name": {"before": "云图", "after": "云图科技"}},
    ),
    "from": _told("起始时间（含） · From this time on", "2026-11-01T00:00:00Z"),
    "to": _told("截止时间（不含） · Before this time", "2026-12-01T00:00:00Z"),
    "cell": _told("细胞名称 · Name of the cell", "crm"),
    "version": _told("版本 · Version"),
    "followUpType": _told(
        "方式：call 电话，visit 拜访，email 邮件，meeting 会议，wechat 微信，other 其他 · How"
    ),
    "opportunityChangeId": _id("18", "变更记录编号 · Id of the step"),
    "fromStage": _told("原阶段，创建时为 null · The stage before, null at the creation", 1),
    "toStage": _told("新阶段 · The stage after", 2),
    "fromStatus": _told("原状态，创建时为 null · The status before, null at the creation", 1),
    "toStatus": _told("新状态 · The status after", 1),
    "totals": _told("各币种合计 · The sum of each currency"),
    "metrics": _told("指标 · The figures"),
    "customer_total": _told("客户总量 · How many customers", 120),
    "opportunity_total": _told("商机总量 · How many opportunities", 48),
    "opportunity_win_count": _told("赢单数 · How many opportunities are won", 12),
    "conversion_rate_pct": _told("转化率，百分比，两位小数 · won / all × 100, two decimals", 25.0),
    "funnel_by_stage": _told("漏斗明细 · The funnel by stage and status"),
    "format": _told(
        "格式；json 以外不带 page 时导出全部 · The form; all but json give everything without page"
    ),
    "dryRun": _told("只校验不写入 · Report what would happen, and keep nothing"),
    "withOpportunities": _told(
        "连同原负责人的进行中商机一起移交 · Hand over its open opportunities of that owner, too"
    ),
    "items": _told("客户，逐条校验 · The customers, each checked by itself"),
    "accepted": _told("已受理 · The import was taken", True),
    "created": _told("成功行数 · Rows that went in", 1),
    "errorsDetail": _told("失败的行 · The rows that did not go in"),
    "index": _told("在 items 中的位置，从 0 起 · Position in items, from 0", 0),
    "createdBy": _told("记录人（平台用户编号） · The author, a user id of the platform", "alice"),
    "userId": _told("用户（平台用户编号） · The user, a user id of the platform", "alice"),
    "granted": _told("是否可见 · Whether it is seen", True),
    "rule": _told("起作用的规则 · The rule that decides", "owner"),
    "explanation": _told("说明 · The rule in words", "该用户是客户负责人"),
    "reason": _told("失败原因 · Why it did not go in", "客户名称已存在"),
}
