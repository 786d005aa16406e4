"""API keys in requests and responses."""

import re
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from crm_cell.fields import checks, date_checks
from crm_cell.fields.checks import InvalidValue
from crm_cell.fields.scalars import optional_time
from crm_cell.http.path_text import PathText
from crm_cell.http.schema import Body, View
from crm_cell.identity.api_keys.tokens import ApiKey, beginning
from crm_cell.kernel.clock import format_time
from crm_cell.kernel.scopes import SCOPES

_ID: Final = re.compile(r"[0-9a-f]{16}")
_TIME: Final = {"format": "date-time"}
ACTIVE, EXPIRED, REVOKED = "active", "expired", "revoked"


def _check_id(value: Any) -> str:
    if not _ID.fullmatch(checks.string(value)):
        raise InvalidValue("malformed")
    return str(value)


KEY_ID: Final = checks.as_meta(
    _check_id,
    pattern=f"^{_ID.pattern}$",
    description="密钥编号，令牌的一部分 · The id of the key, which is a part of its token",
    examples=["0123456789abcdef"],
)


class KeyId(PathText):
    __slots__ = ()
    meta = KEY_ID
    member = "apiKeyId"


def _scopes() -> Meta:
    listed = checks.check_of(checks.items(1, len(SCOPES)))
    one = checks.check_of(checks.enum(*SCOPES))

    def check(value: Any) -> list[str]:
        return [str(one(each)) for each in listed(value)]

    return checks.as_meta(
        check,
        label=("权限", "Scopes"),
        min_length=1,
        max_length=len(SCOPES),
        description="权限，须为自己拥有的 · What the key may do: scopes that the caller has",
        examples=[["crm:read", "crm:all"]],
        extra_json_schema={"items": {"type": "string", "enum": list(SCOPES)}},
    )


_NAME: Final = checks.text(
    1, 100, label=("名称", "Name"), description="用途 · What the key is for", examples=["erp"]
)
_USER: Final = checks.owner(label=("用户", "User"))
_USER_TEXT: Final = Meta(
    description="密钥所代表的用户；不填则以密钥自己的身份 · The user as whom it acts; by default as"
    " itself",
    examples=[None],
)
_ENDS: Final = date_checks.time(label=("到期时间", "End"))
_ENDS_TEXT: Final = Meta(
    description="到期时间，默认 90 天后，null 为永不到期"
    " · When it ends, in 90 days by default; null: never",
    examples=["2035-01-15T08:00:00Z"],
)


class ApiKeyCreate(Body):
    name: Annotated[str, _NAME]
    scopes: Annotated[list[str], _scopes()]
    expires_at: Annotated[int, _ENDS, _ENDS_TEXT] | UnsetType | None = UNSET
    user_id: Annotated[str, _USER, _USER_TEXT] | None = None


class ApiKeyView(View):
    """An API key. Its token is shown only in the answer that creates it."""

    api_key_id: Annotated[str, KEY_ID]
    tenant_id: str
    name: Annotated[str, Meta(description="用途 · What the key is for", examples=["erp"])]
    token_prefix: Annotated[
        str,
        Meta(
            description="令牌的开头，用于辨认 · How its token begins, to recognise it",
            examples=["crm_YWNtZQ_0123456789abcdef_"],
        ),
    ]
    user_id: Annotated[
        str,
        Meta(
            description="操作身份：用户，或密钥自己 · As whom it acts: a user, or itself",
            examples=["key:0123456789abcdef"],
        ),
    ]
    scopes: Annotated[list[str], Meta(description="权限 · What it may do", examples=[["crm:read"]])]
    status: Annotated[
        str,
        Meta(
            description="active 有效，expired 已到期，revoked 已吊销 · Whether it is valid",
            extra_json_schema={"enum": [ACTIVE, EXPIRED, REVOKED]},
        ),
    ]
    expires_at: Annotated[
        str | None, Meta(description="到期时间 · When it ends", extra_json_schema=_TIME)
    ]
    revoked_at: Annotated[
        str | None, Meta(description="吊销时间 · When it was revoked", extra_json_schema=_TIME)
    ]
    created_at: str
    updated_at: str
    token: Annotated[
        str | None,
        Meta(
            description="令牌，仅在创建时显示一次 · The token; shown once, when the key is created",
            examples=["crm_YWNtZQ_0123456789abcdef_…"],
        ),
    ] = None

    @classmethod
    def of(cls, key: ApiKey, now: int, token: str | None = None) -> "ApiKeyView":
        return cls(
            api_key_id=key.id,
            tenant_id=key.tenant_id,
            name=key.name,
            token_prefix=beginning(key.tenant_id, key.id),
            user_id=key.user_id,
            scopes=key.scopes.split(),
            status=_status(key, now),
            expires_at=optional_time(key.expires_at),
            revoked_at=optional_time(key.revoked_at),
            created_at=format_time(key.created_at),
            updated_at=format_time(key.updated_at),
            token=token,
        )


class ApiKeysView(View):
    """The API keys of the tenant."""

    data: list[ApiKeyView]


def _status(key: ApiKey, now: int) -> str:
    if key.revoked_at is not None:
        return REVOKED
    return EXPIRED if key.has_expired(now) else ACTIVE
