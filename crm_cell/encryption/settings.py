"""The settings of field encryption."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from crm_cell.encryption.key_source import KeySource, check_key, check_keys
from crm_cell.kernel.setting import Secret, SettingsGroup, Text, checked


class EncryptionSettings(SettingsGroup):
    encryption_key: Annotated[Secret, checked(check_key)] = None
    """The master key of field encryption: 32 bytes, in base64 or hex"""
    encryption_key_command: Text | None = None
    """A command that prints the key, instead of the key itself"""
    encryption_old_keys: Annotated[Secret, checked(check_keys)] = None
    """Earlier keys, separated by commas, which data may use until `crm-cell keys rotate`"""
    encryption_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """The cipher of new keys: `aes-256-gcm`, or `sm4-gcm` (GB/T 32907)"""

    @property
    def keys(self) -> KeySource:
        return KeySource(
            self.encryption_key,
            self.encryption_key_command,
            self.encryption_old_keys,
            self.encryption_cipher,
        )

    @model_validator(mode="after")
    def _check_encryption(self) -> Self:
        if self.encryption_key is not None and self.encryption_key_command is not None:
            raise ValueError(
                "CRM_ENCRYPTION_KEY: is set, and so is CRM_ENCRYPTION_KEY_COMMAND: one is enough"
            )
        if self.encryption_old_keys is not None and not self.keys.is_set:
            raise ValueError("CRM_ENCRYPTION_OLD_KEYS: says nothing without CRM_ENCRYPTION_KEY")
        return self
