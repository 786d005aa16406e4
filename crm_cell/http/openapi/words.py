"""What the document tells people beyond the declarations: Chinese first, then English."""

from pathlib import Path
from typing import Final

# In ASCII: generators of clients make the names of packages of it.
TITLE: Final = "CRM Cell API"
SUMMARY: Final = "CRM 接口文档（商用版）· A multi-tenant CRM service"

# Ends in the head of a table of all error codes.
INTRODUCTION: Final = (Path(__file__).parent / "introduction.md").read_text("utf-8")

BEARER: Final = (
    "平台或签发方的令牌，或机器密钥 `crm_…`；`dev` 模式下任意非空令牌均可。各接口注明所需权限。"
    "· A token of the platform or the issuer, or a machine's key; in `dev` mode any that is not"
    " empty. Each operation names the scope that it needs."
)

# Each tag with its Chinese name and what it is about, in the order in which pages show them.
TAGS: Final = {
    "customers": ("客户", "Customers, with import and export. A name is unique in its tenant."),
    "contacts": ("联系人", "People at a customer; at most one of them is primary."),
    "opportunities": ("商机", "Deals on their way through six stages, to won or lost."),
    "follow-ups": ("跟进记录", "Calls, visits, mails and meetings with a customer."),
    "contracts": ("合同", "Signed contracts, with what has been paid and what is outstanding."),
    "payments": ("回款", "Payments received on a contract. They are never changed or deleted."),
    "reports": ("报表与监控", "The sales funnel, and figures for monitoring."),
    "audit-logs": ("审计日志", "Who did what to which record, under which request."),
    "health": ("健康检查", "Whether the service and its database answer. No token needed."),
    "openapi": ("接口描述", "This document."),
}

EXPOSITION: Final = """\
# HELP crm_http_requests_total Requests answered.
# TYPE crm_http_requests_total counter
crm_http_requests_total{method="GET",route="/customers",status="200"} 42.0
"""

SUCCESS: Final = {
    200: "成功 · OK",
    201: "已创建 · Created",
    204: "已删除，无正文 · Deleted, no content",
}
