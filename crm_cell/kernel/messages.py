"""Messages for clients in Chinese and English.

This module has those that belong to no resource. The messages of a resource are in its package, or
are built from its label (`resources.messages`).
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Language = Literal["zh", "en"]


class Message(msgspec.Struct, frozen=True):
    """A text with `{placeholders}`. The key names it in the API documentation."""

    key: str
    chinese: str
    english: str

    def text(self, language: Language, **params: object) -> str:
        text = self.english if language == "en" else self.chinese
        return text.format(**params) if params else text


INTERNAL_ERROR: Final = Message("internal_error", "服务内部错误", "Internal error")
BAD_REQUEST: Final = Message("bad_request", "请求参数有误", "The request is not valid")
MISSING_TENANT: Final = Message(
    "missing_tenant", "缺少请求头 X-Tenant-Id", "The header X-Tenant-Id is missing"
)
RULE_VIOLATION: Final = Message("rule_violation", "违反业务规则", "A business rule is violated")
QUERY_TOO_BROAD: Final = Message(
    "query_too_broad",
    "查询范围过大，请缩小条件：{condition}",
    "The query reads too much: narrow {condition}",
)
UNAUTHORIZED: Final = Message(
    "unauthorized", "未登录或令牌无效", "The bearer token is missing or not valid"
)
TOKEN_EXPIRED: Final = Message("token_expired", "令牌已过期", "The token has expired")
MISDIRECTED: Final = Message(
    "misdirected",
    "开发模式只应答本机地址，请访问 127.0.0.1 或 localhost",
    "Development mode answers to this machine only: use 127.0.0.1 or localhost",
)
FOREIGN_ORIGIN: Final = Message(
    "foreign_origin",
    "开发模式不接受其他来源网页的写请求，可用 CRM_CORS_ORIGINS 放行",
    "Development mode refuses writes from pages of other origins; see CRM_CORS_ORIGINS",
)
CELL_NOT_ALLOWED: Final = Message(
    "cell_not_allowed",
    "平台未授权该用户使用本服务（allowedCells 中没有 crm）",
    "The platform does not let this user use this service (allowedCells does not name crm)",
)
TOKEN_WITHOUT_TENANT: Final = Message(
    "token_without_tenant", "令牌未指明租户", "The token names no tenant"
)
FORBIDDEN: Final = Message("forbidden", "没有权限", "Not allowed")
SCOPE_MISSING: Final = Message("scope_missing", "缺少权限 {scope}", "The scope {scope} is missing")
OTHER_USER: Final = Message(
    "other_user", "X-User-Id 不是令牌所属用户", "X-User-Id is not the user of the token"
)
OUTSIDE_TEAM: Final = Message(
    "outside_team",
    "负责人只能是本人或所领导团队的成员",
    "The owner can be you or somebody in the teams that you lead",
)
TENANT_MISMATCH: Final = Message(
    "tenant_mismatch", "租户与令牌不一致", "The tenant differs from the token's"
)
SIGNATURE_INVALID: Final = Message(
    "signature_invalid", "请求签名无效", "The request's signature is not valid"
)
NOT_FOUND: Final = Message("not_found", "资源不存在", "Not found")
PATH_NOT_FOUND: Final = Message("path_not_found", "路径不存在", "There is no such path")
PAGES_NOT_BUILT: Final = Message(
    "pages_not_built",
    "若文档页面缺失，请运行 make install",
    "Where a documentation page is missing, run make install",
)
METHOD_NOT_ALLOWED: Final = Message(
    "method_not_allowed", "请求方法不支持", "The method is not allowed here"
)
CONFLICT: Final = Message("conflict", "与现有数据冲突", "In conflict with what is there")
DUPLICATE_NAME: Final = Message(
    "duplicate_name", "客户名称已存在", "A customer of this name exists already"
)
DUPLICATE_SUSPECTED: Final = Message(
    "duplicate_suspected",
    "疑似重复：已有相同或相近的客户或联系人",
    "There is a customer or contact that may be the same",
)
DUPLICATE_ALLOWED_BY: Final = Message(
    "duplicate_allowed_by",
    "确认不是重复时，在请求头 X-Allow-Duplicate 中写明原因后重试",
    "If it is not the same, try again with the reason in the header X-Allow-Duplicate",
)
DUPLICATE_CONTRACT_NO: Final = Message(
    "duplicate_contract_no", "合同编号已存在", "A contract of this number exists already"
)
IDEMPOTENT_CONFLICT: Final = Message(
    "idempotent_conflict",
    "同一请求ID已用于不同的请求",
    "The request id was used for a different request",
)
IDEMPOTENT_RUNNING: Final = Message(
    "idempotent_running",
    "同一请求ID的请求仍在处理中",
    "The first request of this id is still running",
)
IDEMPOTENT_CHANGED: Final = Message(
    "idempotent_changed",
    "记录此后已变更，请用新的请求ID重新查看",
    "The record has changed since; ask again with a new request id",
)
CHANGES_EXPIRED: Final = Message(
    "changes_expired",
    "游标之后的部分变更已不再保留",
    "Changes after this cursor are no longer available",
)
MERGED: Final = Message(
    "merged",
    "客户已合并到另一个客户，见 mergedInto",
    "The customer was merged into another one: see mergedInto",
)
CHANGES_START_OVER: Final = Message(
    "changes_start_over",
    "请重新开始：先调用 GET /changes/now 并保存 next，再完整读取各列表，然后从该 next 继续",
    "Start over: call GET /changes/now and store its next, read every list completely,"
    " then go on from that next",
)
PRECONDITION_FAILED: Final = Message(
    "precondition_failed",
    "资源已被修改，If-Match 不匹配",
    "The resource has changed since: If-Match does not match",
)
EXISTS_ALREADY: Final = Message(
    "exists_already",
    "资源已存在，If-None-Match 不允许",
    "It exists already, and If-None-Match rules that out",
)
PAYLOAD_TOO_LARGE: Final = Message("payload_too_large", "请求体过大", "The body is too large")
PAYLOAD_LIMIT: Final = Message("payload_limit", "上限为 {limit} 字节", "The limit is {limit} bytes")
UNSUPPORTED_MEDIA_TYPE: Final = Message(
    "unsupported_media_type", "请求体必须是 application/json", "The body must be application/json"
)
MEDIA_TAKEN: Final = Message("media_taken", "可用类型：{types}", "Accepted types: {types}")
CONTENT_ENCODING: Final = Message(
    "content_encoding", "不接受压缩的请求体", "Compressed bodies are not accepted"
)
FAILED_DEPENDENCY: Final = Message(
    "failed_dependency",
    "同批有其他条目失败，未写入",
    "Another item of the batch failed, so nothing was written",
)
RATE_LIMITED: Final = Message(
    "rate_limited", "请求过于频繁，请稍后重试", "Too many requests, try again shortly"
)
UNAVAILABLE: Final = Message(
    "unavailable", "服务暂不可用，请稍后重试", "The service is unavailable, try again shortly"
)
COMMIT_UNKNOWN: Final = Message(
    "commit_unknown",
    "提交结果未知，请用同一请求ID重试",
    "The outcome of the commit is unknown; retry with the same request id",
)

# Errors of one header, parameter or member.
FIELD_ERRORS: Final[Mapping[str, Message]] = {
    message.key: message
    for message in (
        Message("required", "必填", "is required"),
        Message("unknown", "未知字段", "is not known"),
        Message("repeated", "重复出现", "is given more than once"),
        Message("malformed", "格式不正确", "is malformed"),
        Message("not_json", "不是合法的 JSON", "is not valid JSON"),
        Message("not_utf8", "不是合法的 UTF-8", "is not valid UTF-8"),
        Message("too_deep", "嵌套过深", "is nested too deeply"),
        Message("incomplete", "未完整送达", "did not arrive whole"),
        Message("empty", "不能为空", "must not be empty"),
        Message("type", "类型应为 {expected}", "must be {expected}"),
        Message("null", "不能为 null", "must not be null"),
        Message("too_short", "至少 {limit} 个字符", "must have at least {limit} characters"),
        Message("too_long", "最多 {limit} 个字符", "must have at most {limit} characters"),
        Message("too_small", "不能小于 {limit}", "must be at least {limit}"),
        Message("too_large", "不能大于 {limit}", "must be at most {limit}"),
        Message("too_few", "至少 {limit} 项", "must have at least {limit} items"),
        Message("too_many", "最多 {limit} 项", "must have at most {limit} items"),
        Message("not_one_of", "只能是 {allowed}", "must be one of {allowed}"),
        Message("control_character", "不能含控制字符", "must not contain control characters"),
        Message("not_a_phone", "不是有效的电话号码", "is not a telephone number"),
        Message("not_an_email", "不是有效的邮箱地址", "is not an e-mail address"),
        Message(
            "not_a_time", "不是带时区的 RFC 3339 时间", "is not an RFC 3339 time with an offset"
        ),
        Message("not_a_date", "不是日期（YYYY-MM-DD）", "is not a date (YYYY-MM-DD)"),
        Message("not_a_month", "不是月份（YYYY-MM）", "is not a month (YYYY-MM)"),
        Message("exclusive", "不能与 {other} 同时填写", "cannot be given together with {other}"),
        Message(
            "not_a_date_or_time",
            "不是日期或带时区的 RFC 3339 时间",
            "is neither a date nor an RFC 3339 time with an offset",
        ),
        Message("read_only", "由服务维护，不可修改", "is set by the service and cannot change"),
        Message(
            "not_signed",
            "未签名，只能与 X-Request-ID 相同",
            "is not signed, and must be the same as X-Request-ID",
        ),
        Message("with_page", "不能与 page 同时使用", "cannot go together with page"),
        Message("other_cursor", "游标与当前查询条件不符", "was made for other filters"),
        Message("syntax", "语法有误", "does not follow the grammar"),
        Message("unknown_field", "没有该字段", "names no field"),
        Message("unknown_operator", "该字段不支持此运算符", "has an operator the field lacks"),
        Message("not_sortable", "不能按该字段排序", "cannot be sorted by"),
        Message("value", "值不正确", "has a value that does not fit"),
    )
}
"""By the code of a field error."""

SPECIFIC_FIELD_ERRORS: Final[Mapping[str, Message]] = {
    message.key: message
    for message in (
        Message("not_a_currency", "不是 ISO 4217 币种代码", "is not an ISO 4217 currency code"),
        Message("currency_is_written", "应写作 {meant}", "must be written {meant}"),
        Message("without_commas", "不能含逗号、顿号、分号", "cannot have commas or semicolons"),
        Message("not_an_option", "不是选项编号", "is not the id of an option"),
        Message(
            "not_a_uscc",
            "不是 18 位统一社会信用代码",
            "is not a unified social credit identifier of 18 characters",
        ),
        Message(
            "wrong_check_digit",
            "校验位不符，应为 {expected}",
            "has a wrong check digit, which should be {expected}",
        ),
        Message(
            "not_a_region",
            "不是 6 位行政区划代码（GB/T 2260）",
            "is not a region code of 6 digits (GB/T 2260)",
        ),
        Message("not_a_url", "不是 http 或 https 网址", "is not a web address with http or https"),
        Message(
            "not_a_wechat",
            "不是微信号（3–64 个字母、数字或 _ - . + @）",
            "is not a WeChat id of 3 to 64 letters, digits or _ - . + @",
        ),
    )
}
"""By the parameter `text` of a field error: more precise than the message of its code."""


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
    """The q value of one language; 0 for an invalid one."""
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
