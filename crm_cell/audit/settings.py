"""The settings of the audit log."""

from typing import Annotated, Self

from pydantic import model_validator

from crm_cell.encryption.key_source import check_key, check_keys, decoded, listed
from crm_cell.kernel.setting import Integer, Secret, SettingsGroup, Text, checked, within
from crm_cell.storage.engine import ChainKeys


class AuditSettings(SettingsGroup):
    audit_key: Annotated[Secret, checked(check_key)] = None
    """The key of the audit log's hash chain: 32 bytes, in base64 or hex"""
    audit_old_keys: Annotated[Secret, checked(check_keys)] = None
    """Earlier keys of the hash chain, separated by commas"""
    audit_heads_path: Text | None = None
    """The file to which signed chain heads are appended, one per line"""
    audit_heads_minutes: Annotated[Integer, within(1, 1_440)] = 60
    """The interval at which chain heads are signed, in minutes, 1 to 1440"""
    audit_retention_days: Annotated[Integer, within(0, 36_500)] = 3_650
    """How long entries are retained, in days; 0 means for ever"""

    @property
    def chain_keys(self) -> ChainKeys:
        """The key for new entries, then earlier keys. Without any, one empty key."""
        texts = [self.audit_key, *listed(self.audit_old_keys)]
        return tuple(decoded(text) or b"" for text in texts if text) or (b"",)

    @model_validator(mode="after")
    def _check_audit(self) -> Self:
        for variable, value in (
            ("CRM_AUDIT_OLD_KEYS", self.audit_old_keys),
            ("CRM_AUDIT_HEADS_PATH", self.audit_heads_path),
        ):
            if value is not None and self.audit_key is None:
                raise ValueError(f"{variable}: says nothing without CRM_AUDIT_KEY")
        return self
