"""The settings of the audit trail, and what can be wrong with them."""

from collections.abc import Iterator
from typing import Annotated

from crm_cell.identity.settings import IdentitySettings
from crm_cell.kernel.setting import Bounds, Complaint, Setting
from crm_cell.secrets.sources import decoded, listed
from crm_cell.storage.engine import ChainKeys

_FORM = "must be 32 bytes in base64 or hex: `crm-cell keys new` prints a key"
_DAYS = Bounds(0, 36_500)
_MINUTES = Bounds(1, 1_440)


class AuditSettings(IdentitySettings, frozen=True, kw_only=True):
    """A part of the service's Settings."""

    audit_key: Annotated[
        str | None,
        Setting(
            "CRM_AUDIT_KEY",
            "What entries of the audit trail are chained with: 32 bytes, in base64 or hex",
            by_file=True,
        ),
    ] = None
    audit_old_keys: Annotated[
        str | None,
        Setting(
            "CRM_AUDIT_OLD_KEYS",
            "Keys that older entries are chained with, with commas between",
            by_file=True,
        ),
    ] = None
    audit_heads_path: Annotated[
        str | None,
        Setting("CRM_AUDIT_HEADS_PATH", "Where to sign the ends of the chains, line by line"),
    ] = None
    audit_heads_minutes: Annotated[
        int,
        Setting("CRM_AUDIT_HEADS_MINUTES", "How often they are signed, 1 to 1440", bounds=_MINUTES),
    ] = 60
    audit_retention_days: Annotated[
        int,
        Setting(
            "CRM_AUDIT_RETENTION_DAYS", "How long entries are kept; 0 is for ever", bounds=_DAYS
        ),
    ] = 3_650

    @property
    def chain_keys(self) -> ChainKeys:
        """The one to write with, then those that may have been written with; without any, none."""
        texts = [self.audit_key, *listed(self.audit_old_keys)]
        return tuple(decoded(text) or b"" for text in texts if text) or (b"",)


def complaints(settings: AuditSettings) -> Iterator[Complaint]:
    """What is wrong, each with its variable."""
    if settings.audit_key is not None and decoded(settings.audit_key) is None:
        yield "CRM_AUDIT_KEY", _FORM
    if any(decoded(text) is None for text in listed(settings.audit_old_keys)):
        yield "CRM_AUDIT_OLD_KEYS", _FORM
    if settings.audit_key is None:
        for variable, value in (
            ("CRM_AUDIT_OLD_KEYS", settings.audit_old_keys),
            ("CRM_AUDIT_HEADS_PATH", settings.audit_heads_path),
        ):
            if value is not None:
                yield variable, "says nothing without CRM_AUDIT_KEY"
