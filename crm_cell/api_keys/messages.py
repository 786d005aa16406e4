"""Messages about API keys."""

from typing import Final

from crm_cell.kernel.messages import Message

KEY_UNKNOWN: Final = Message("api_key_unknown", "API 密钥不存在", "The API key does not exist")
SCOPE_NOT_HELD: Final = Message(
    "scope_not_held",
    "不能授予自己没有的权限：{scopes}",
    "You cannot grant a scope that you do not have: {scopes}",
)
ENDS_IN_THE_PAST: Final = Message(
    "api_key_ends_in_the_past", "到期时间已过", "The time of expiry has passed"
)
NOT_A_USER: Final = Message(
    "api_key_of_a_key",
    "密钥只能代表用户，不能代表其他密钥",
    "A key acts as a user, not as another key",
)
TOO_MANY_KEYS: Final = Message(
    "too_many_api_keys",
    "有效的 API 密钥不能超过 {limit} 个",
    "There cannot be more than {limit} valid API keys",
)
