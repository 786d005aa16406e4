"""What people are told, in Chinese and English. Keys are ours; codes on the wire never change."""

from collections.abc import Sequence
from typing import Literal

from crm_cell.kernel.errors import BadRequest, CrmError, Fault

Language = Literal["zh", "en"]

_CATALOGUE: dict[str, tuple[str, str]] = {
    "internal_error": ("服务内部错误", "Internal error"),
    "bad_request": ("请求参数有误", "The request is not valid"),
    "not_a_currency": ("不是 ISO 4217 币种代码", "is not an ISO 4217 currency code"),
    "currency_is_written": ("应写作 {meant}", "must be written {meant}"),
    "please_fill_in": ("请填写{label}", "{label} is required"),
    "unknown_field": ("未知字段 {field}", "{field} is not a known field"),
    "one_more_fault": ("{first}，另有 {more} 处错误", "{first}, and {more} more error"),
    "more_faults": ("{first}，另有 {more} 处错误", "{first}, and {more} more errors"),
    "missing_tenant": ("缺少请求头 X-Tenant-Id", "The header X-Tenant-Id is missing"),
    "rule_violation": ("违反业务规则", "A business rule is violated"),
    "unauthorized": ("未登录或令牌无效", "The bearer token is missing or not valid"),
    "token_expired": ("令牌已过期", "The token has expired"),
    "misdirected": (
        "开发模式只应答本机地址，请访问 127.0.0.1 或 localhost",
        "Development mode answers to this machine only: use 127.0.0.1 or localhost",
    ),
    "foreign_origin": (
        "开发模式不接受其他来源网页的写请求，可用 CRM_CORS_ORIGINS 放行",
        "Development mode refuses writes from pages of other origins; see CRM_CORS_ORIGINS",
    ),
    "cell_not_allowed": (
        "平台未授权该用户使用本服务（allowedCells 中没有 crm）",
        "The platform does not let this user use this service (allowedCells does not name crm)",
    ),
    "token_without_tenant": ("令牌未指明租户", "The token names no tenant"),
    "forbidden": ("没有权限", "Not allowed"),
    "scope_missing": ("缺少权限 {scope}", "The scope {scope} is missing"),
    "other_user": (
        "X-User-Id 不是令牌所属用户",
        "X-User-Id is not the user of the token",
    ),
    "forbidden_handover": (
        "只有可查看整个租户的调用方才能变更负责人",
        "Only callers who see the whole tenant may change the owner",
    ),
    "tenant_mismatch": ("租户与令牌不一致", "The tenant differs from the token's"),
    "signature_invalid": ("请求签名无效", "The request's signature is not valid"),
    "not_found": ("资源不存在", "Not found"),
    "path_not_found": ("路径不存在", "There is no such path"),
    "pages_not_built": (
        "若文档页面缺失，请运行 make install",
        "Where a documentation page is missing, run make install",
    ),
    "access_whole_tenant": (
        "调用方可查看整个租户",
        "The caller sees the whole tenant",
    ),
    "access_owner": ("该用户是客户负责人", "The user owns the customer"),
    "access_opportunity_owner": (
        "该用户负责客户的一个商机",
        "The user owns an opportunity with the customer",
    ),
    "access_other_owner": (
        "客户由他人负责，只有权限 crm:all 可见",
        "Somebody else owns the customer: only with the scope crm:all is it seen",
    ),
    "access_no_owner": (
        "客户没有负责人，只有权限 crm:all 可见",
        "Nobody owns the customer: only with the scope crm:all is it seen",
    ),
    "customer_of_colleague": (
        "客户由同事负责，只有客户负责人可以这样做",
        "A colleague owns the customer: only they may do this",
    ),
    "name_your_opportunity": (
        "客户由同事负责，请注明您负责的商机",
        "A colleague owns the customer: name an opportunity of yours",
    ),
    "customer_not_found": ("客户不存在", "The customer does not exist"),
    "contact_not_found": ("联系人不存在", "The contact does not exist"),
    "opportunity_not_found": ("商机不存在", "The opportunity does not exist"),
    "follow_up_not_found": ("跟进记录不存在", "The follow-up does not exist"),
    "contract_not_found": ("合同不存在", "The contract does not exist"),
    "payment_not_found": ("回款不存在", "The payment does not exist"),
    "contact_of_other_customer": (
        "联系人不属于该客户",
        "The contact belongs to another customer",
    ),
    "opportunity_of_other_customer": (
        "商机不属于该客户",
        "The opportunity belongs to another customer",
    ),
    "stage_and_status_disagree": (
        "商机阶段与状态不一致",
        "The opportunity's stage and status disagree",
    ),
    "currency_has_payments": (
        "已有回款的合同不能变更币种",
        "The currency of a contract with payments cannot change",
    ),
    "paid_too_large": (
        "回款合计超出可表示范围",
        "The sum of payments is larger than can be represented",
    ),
    "method_not_allowed": ("请求方法不支持", "The method is not allowed here"),
    "conflict": ("与现有数据冲突", "In conflict with what is there"),
    "customer_has_contracts": (
        "客户已有合同，不能删除",
        "A customer with contracts cannot be deleted",
    ),
    "restore_customer_first": (
        "客户已删除，请先恢复客户",
        "The customer is deleted: restore it first",
    ),
    "restore_erased": (
        "个人信息已抹除，不能恢复",
        "What was held of this person has been erased, and cannot be restored",
    ),
    "name_taken_by": (
        "现由客户「{name}」（{id}）使用",
        'It is now the name of the customer "{name}" ({id})',
    ),
    "import_differs": (
        "该客户已存在且内容不同（{members}），导入不会修改客户",
        "This customer exists and differs in {members}; an import changes no customer",
    ),
    "duplicate_name": ("客户名称已存在", "A customer of this name exists already"),
    "duplicate_contract_no": ("合同编号已存在", "A contract of this number exists already"),
    "idempotent_conflict": (
        "同一请求ID已用于不同的请求",
        "The request id was used for a different request",
    ),
    "idempotent_running": (
        "同一请求ID的请求仍在处理中",
        "The first request of this id is still running",
    ),
    "idempotent_changed": (
        "记录此后已变更，请用新的请求ID重新查看",
        "The record has changed since; ask again with a new request id",
    ),
    "idempotent_money": (
        "该请求ID已登记过，不会重复入账",
        "This request id has been entered before; money is never entered twice",
    ),
    "precondition_failed": (
        "资源已被修改，If-Match 不匹配",
        "The resource has changed since: If-Match does not match",
    ),
    "payload_too_large": ("请求体过大", "The body is too large"),
    "payload_limit": ("上限为 {limit} 字节", "The limit is {limit} bytes"),
    "unsupported_media_type": (
        "请求体必须是 application/json",
        "The body must be application/json",
    ),
    "media_taken": ("可用类型：{types}", "Accepted types: {types}"),
    "content_encoding": ("不接受压缩的请求体", "Compressed bodies are not accepted"),
    "rate_limited": ("请求过于频繁，请稍后重试", "Too many requests, try again shortly"),
    "reveals_spent": (
        "今日查看完整联系方式的次数已用完",
        "No more numbers or addresses can be seen in full today",
    ),
    "dry_runs_spent": (
        "今日试导入的行数已用完",
        "No more rows can be tested by dry runs today",
    ),
    "unavailable": ("服务暂不可用，请稍后重试", "The service is unavailable, try again shortly"),
    "commit_unknown": (
        "提交结果未知，请用同一请求ID重试",
        "The outcome of the commit is unknown; retry with the same request id",
    ),
    # What can be wrong with one header, parameter or member.
    "fault.required": ("必填", "is required"),
    "fault.unknown": ("未知字段", "is not known"),
    "fault.repeated": ("重复出现", "is given more than once"),
    "fault.malformed": ("格式不正确", "is malformed"),
    "fault.not_json": ("不是合法的 JSON", "is not valid JSON"),
    "fault.not_utf8": ("不是合法的 UTF-8", "is not valid UTF-8"),
    "fault.too_deep": ("嵌套过深", "is nested too deeply"),
    "fault.incomplete": ("未完整送达", "did not arrive whole"),
    "fault.empty": ("不能为空", "must not be empty"),
    "fault.type": ("类型应为 {expected}", "must be {expected}"),
    "fault.null": ("不能为 null", "must not be null"),
    "fault.too_short": ("至少 {limit} 个字符", "must have at least {limit} characters"),
    "fault.too_long": ("最多 {limit} 个字符", "must have at most {limit} characters"),
    "fault.too_small": ("不能小于 {limit}", "must be at least {limit}"),
    "fault.too_large": ("不能大于 {limit}", "must be at most {limit}"),
    "fault.too_few": ("至少 {limit} 项", "must have at least {limit} items"),
    "fault.too_many": ("最多 {limit} 项", "must have at most {limit} items"),
    "fault.not_one_of": ("只能是 {allowed}", "must be one of {allowed}"),
    "fault.control_character": ("不能含控制字符", "must not contain control characters"),
    "fault.not_a_phone": ("不是有效的电话号码", "is not a telephone number"),
    "masked": ("已脱敏，需要完整内容", "is masked, and is needed in full"),
    "fault.not_an_email": ("不是有效的邮箱地址", "is not an e-mail address"),
    "fault.not_a_time": (
        "不是带时区的 RFC 3339 时间",
        "is not an RFC 3339 time with an offset",
    ),
    "fault.not_a_date_or_time": (
        "不是日期或带时区的 RFC 3339 时间",
        "is neither a date nor an RFC 3339 time with an offset",
    ),
    "fault.read_only": ("由服务维护，不可修改", "is set by the service and cannot change"),
    "fault.not_signed": (
        "未签名，只能与 X-Request-ID 相同",
        "is not signed, and must be the same as X-Request-ID",
    ),
    "fault.with_page": ("不能与 page 同时使用", "cannot go together with page"),
    "fault.other_cursor": (
        "游标与当前查询条件不符",
        "was made for other filters",
    ),
}


# What people call the parts of a request that are no member of a resource.
_LABELS: dict[str, tuple[str, str]] = {
    "body": ("请求体", "The body"),
    "query": ("查询参数", "The query"),
    "item": ("该行", "The row"),
}
# Codes of a required member that was left out or blank.
_MISSING = frozenset({"required", "null", "too_short", "empty"})


def say(language: Language, key: str, **params: object) -> str:
    text = _CATALOGUE[key][language == "en"]
    return text.format(**params) if params else text


def explain_fault(language: Language, fault: Fault) -> str:
    """Its `text` parameter names a more precise text than that of its code."""
    key = fault.params.get("text", f"fault.{fault.code}")
    return say(language, str(key), **fault.params)


def describe_fault(language: Language, fault: Fault) -> str:
    """The fault as a sentence with the field's label, for people who see nothing else."""
    english = language == "en"
    label = fault.label or _LABELS.get(fault.field)
    name = label[english] if label else fault.field
    if fault.label and fault.code in _MISSING and fault.params.get("limit", 1) == 1:
        return say(language, "please_fill_in", label=name)
    if fault.code == "unknown":
        return say(language, "unknown_field", field=fault.field)
    space = " " if english or name[-1:].isascii() else ""
    return f"{name}{space}{explain_fault(language, fault)}"


def summarize_faults(language: Language, faults: Sequence[Fault]) -> str:
    """The first fault, and how many more there are."""
    first, more = describe_fault(language, faults[0]), len(faults) - 1
    if not more:
        return first
    key = "one_more_fault" if more == 1 else "more_faults"
    return say(language, key, first=first, more=more)


def explain(language: Language, error: CrmError) -> tuple[str, str]:
    """The `message` and `details` of an error body."""
    if isinstance(error, BadRequest) and error.faults:
        each = [f"{fault.field}: {explain_fault(language, fault)}" for fault in error.faults]
        return summarize_faults(language, error.faults), "; ".join(each)
    details = say(language, error.details, **error.params) if error.details else ""
    return say(language, error.message, **error.params), details


def preferred_language(accept_language: str) -> Language:
    """Chinese, unless the header ranks English above it."""
    best: Language = "zh"
    best_weight = 0.0
    for item in accept_language.split(","):
        tag, _, parameter = item.partition(";")
        weight = _weight(parameter.strip().lower().removeprefix("q="))
        primary = tag.strip().lower().split("-")[0]
        if primary in ("zh", "en") and weight > best_weight:
            best, best_weight = ("en" if primary == "en" else "zh"), weight
    return best


def _weight(text: str) -> float:
    """The q of one language; what cannot be read counts as not wanted."""
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
