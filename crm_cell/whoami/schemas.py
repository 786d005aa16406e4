"""The answer of GET /whoami."""

from typing import Annotated, Literal

from msgspec import Meta

from crm_cell.http.schema import View
from crm_cell.people.users.schemas import UserView

Auth = Literal["dev", "gateway", "jwt", "platform", "apiKey"]


class LimitsView(View):
    """How much of something there can be at once, or a day."""

    page_size: Annotated[int, Meta(description="列表每页最多条数 · Rows of a page", examples=[500])]
    export_page_size: Annotated[
        int, Meta(description="导出每页最多条数 · Rows of a page of an export", examples=[1000])
    ]
    body_bytes: Annotated[
        int, Meta(description="请求体字节数 · Bytes of a body", examples=[1_048_576])
    ]
    changes_page_size: Annotated[
        int, Meta(description="变更每页最多条数 · Changes of a page", examples=[1000])
    ]
    changes_wait_seconds: Annotated[
        int, Meta(description="变更最长等待秒数 · The longest `wait` for changes", examples=[25])
    ]
    changes_days: Annotated[
        int, Meta(description="变更保留天数 · How far the changes feed goes back", examples=[30])
    ]
    reveals_per_day: Annotated[
        int,
        Meta(
            description="每人每天查看完整联系方式次数 · Reveals of a user, each day in UTC",
            examples=[100],
        ),
    ]
    requests_per_second: Annotated[
        int | None,
        Meta(
            description="每个令牌每秒请求数，null 不限 · Requests of a token; null: no limit",
            examples=[50],
        ),
    ]


class FeaturesView(View):
    """What is switched on in this installation."""

    encryption: Annotated[
        bool, Meta(description="联系方式已加密 · Contact details are encrypted", examples=[True])
    ]
    mask_email: Annotated[
        bool, Meta(description="邮箱已脱敏 · E-mail addresses are masked", examples=[False])
    ]
    signed_requests: Annotated[
        bool, Meta(description="请求须签名 · Requests need a signature", examples=[False])
    ]


class WhoamiView(View):
    """The caller as the service sees them."""

    user: Annotated[
        str | None,
        Meta(description="用户 · Who is on record as acting; null: nobody", examples=["alice"]),
    ]
    tenant_id: str
    auth: Annotated[
        Auth, Meta(description="认证方式 · How the caller was authenticated", examples=["jwt"])
    ]
    sees: Annotated[
        Literal["all", "team", "own"],
        Meta(
            description="可见范围：整个租户、所领导的团队或本人 · Which records the caller sees:"
            " those of the tenant, of the teams that they lead, or their own",
            examples=["own"],
        ),
    ]
    unmasked: Annotated[
        bool,
        Meta(
            description="读取时联系方式不脱敏 · Whether reads show contact details in full",
            examples=[False],
        ),
    ]
    scopes: Annotated[
        list[str], Meta(description="权限 · Granted scopes", examples=[["crm:read", "crm:write"]])
    ]
    limits: Annotated[LimitsView, Meta(description="上限 · Limits")]
    features: Annotated[FeaturesView, Meta(description="已启用的功能 · What is switched on")]
    server_time: Annotated[
        str, Meta(description="服务器时间 · Of the server", examples=["2026-11-29T02:26:00.123Z"])
    ]
    version: Annotated[str, Meta(description="版本 · Of the service", examples=["2.1.0"])]
    profile: Annotated[
        UserView | None,
        Meta(description="用户记录及其团队，未登记为 null · The user's record, if there is one"),
    ]
