"""Texts of the OpenAPI document, in Chinese and English."""

from pathlib import Path
from typing import Final

# ASCII, because client generators derive package names from it.
TITLE: Final = "CRM Cell API"
SUMMARY: Final = "CRM 接口文档（商用版）· A multi-tenant CRM service"

# Ends with the header of the table of error codes.
INTRODUCTION: Final = (Path(__file__).parent / "introduction.md").read_text("utf-8")

BEARER: Final = (
    "平台或签发方的令牌，或机器密钥 `crm_…`；`dev` 模式下任意非空令牌均可。各接口注明所需权限。"
    "· A token of the platform or the issuer, or a machine's key; in `dev` mode any that is not"
    " empty. Each operation names the scope that it needs."
)

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
