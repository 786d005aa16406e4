"""Reads the master key from a setting or from the output of a command."""

import base64
import binascii
import shlex
import subprocess

import msgspec

KEY_BYTES = 32
# Enough for a command that calls a key service over a network.
_COMMAND_SECONDS = 30


class InvalidKey(Exception):
    """A key is missing or wrong; the text says which one, and what to do."""


class KeySource(msgspec.Struct, frozen=True):
    """The key settings. At most one of `key` and `command` is set."""

    key: str | None = None
    command: str | None = None
    old_keys: str | None = None
    """Earlier keys that data may still be encrypted with, separated by commas."""
    cipher: str = "aes-256-gcm"

    @property
    def is_set(self) -> bool:
        return bool(self.key or self.command)


def check_key(text: str) -> None:
    """Raises ValueError for an invalid key."""
    if decoded(text) is None:
        raise ValueError(_FORM)


def check_keys(texts: str) -> None:
    """Raises ValueError if one of the comma-separated keys is invalid."""
    for text in listed(texts):
        check_key(text)


def read_keys(source: KeySource) -> list[bytes]:
    """The current key, then earlier ones. Raises InvalidKey."""
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
    """The variable that holds the key, and the text of the key."""
    if source.command is not None:
        return "CRM_ENCRYPTION_KEY_COMMAND", _command_output(source.command)
    return "CRM_ENCRYPTION_KEY", source.key or ""


def _command_output(command: str) -> str:
    """Errors never contain the output, since it may include a key."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator sets the command
            shlex.split(command), capture_output=True, timeout=_COMMAND_SECONDS, check=True
        )
        return done.stdout.decode("ascii")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        why = f"ended with {error.returncode}" if hasattr(error, "returncode") else "does not run"
        raise InvalidKey(f"CRM_ENCRYPTION_KEY_COMMAND: {why}") from None


def _key(variable: str, text: str) -> bytes:
    key = decoded(text)
    if key is None:
        raise InvalidKey(f"{variable}: {_FORM}")
    return key


def decoded(text: str) -> bytes | None:
    """None for an invalid key."""
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
