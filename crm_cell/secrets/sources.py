"""Where the installation's key comes from: a setting, or a command that prints it."""

import base64
import binascii
import shlex
import subprocess
from collections.abc import Iterator

import msgspec

from crm_cell.kernel.setting import Complaint

KEY_BYTES = 32
# What asks a key service over a network may take a while; what takes longer is not coming.
_COMMAND_SECONDS = 30


class KeyRefused(Exception):
    """There is no key, or it is the wrong one; the text says which, and what to do."""


class KeySource(msgspec.Struct, frozen=True):
    """As the settings say it. At most one of `key` and `command` is there."""

    key: str | None = None
    command: str | None = None
    old_keys: str | None = None
    """Those that data may still be under, with commas between."""
    cipher: str = "aes-256-gcm"

    @property
    def is_set(self) -> bool:
        return bool(self.key or self.command)


def complaints(source: KeySource) -> Iterator[Complaint]:
    """What is wrong with the settings by themselves, by the variable."""
    if source.key is not None and source.command is not None:
        yield "CRM_ENCRYPTION_KEY", "is set, and so is CRM_ENCRYPTION_KEY_COMMAND: one is enough"
    if source.old_keys is not None and not source.is_set:
        yield "CRM_ENCRYPTION_OLD_KEYS", "says nothing without CRM_ENCRYPTION_KEY"
    for variable, text in (
        ("CRM_ENCRYPTION_KEY", source.key),
        *(("CRM_ENCRYPTION_OLD_KEYS", old) for old in listed(source.old_keys)),
    ):
        if text is not None and decoded(text) is None:
            yield variable, _FORM


def read_keys(source: KeySource) -> list[bytes]:
    """The key, then the old ones. Raises KeyRefused."""
    return [_key(*_current(source)), *(_key(_OLD, text) for text in listed(source.old_keys))]


def unknown(names: list[str]) -> str:
    return (
        f"CRM_ENCRYPTION_KEY: the data is under another key, called {', '.join(names)};"
        " give that one, or list it in CRM_ENCRYPTION_OLD_KEYS"
    )


def key_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


_OLD = "CRM_ENCRYPTION_OLD_KEYS"
_FORM = f"must be {KEY_BYTES} bytes in base64 or hex: `crm-cell keys new` prints a key"


def _current(source: KeySource) -> tuple[str, str]:
    """The variable that the key comes from, and the key as it is written."""
    if source.command is not None:
        return "CRM_ENCRYPTION_KEY_COMMAND", _printed(source.command)
    return "CRM_ENCRYPTION_KEY", source.key or ""


def _printed(command: str) -> str:
    """What it prints is never repeated: a part of it may be a key."""
    try:
        done = subprocess.run(  # noqa: S603 - whoever sets the service up says what to run
            shlex.split(command), capture_output=True, timeout=_COMMAND_SECONDS, check=True
        )
        return done.stdout.decode("ascii")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        why = f"ended with {error.returncode}" if hasattr(error, "returncode") else "does not run"
        raise KeyRefused(f"CRM_ENCRYPTION_KEY_COMMAND: {why}") from None


def _key(variable: str, text: str) -> bytes:
    key = decoded(text)
    if key is None:
        raise KeyRefused(f"{variable}: {_FORM}")
    return key


def decoded(text: str) -> bytes | None:
    """None for what is no key."""
    text = text.strip()
    for read in (bytes.fromhex, lambda it: base64.b64decode(it, validate=True)):
        try:
            key = read(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    return None


def listed(old_keys: str | None) -> list[str]:
    return [text for text in (old_keys or "").split(",") if text.strip()]
