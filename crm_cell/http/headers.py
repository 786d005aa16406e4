"""Parses and validates request headers."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote

from crm_cell.fields.checks import is_owner
from crm_cell.kernel.errors import FieldError

# All headers in the contract, as written there. Only lists may occur twice.
NAMES = {
    name.lower().encode(): name
    for name in (
        "Host",
        "Authorization",
        "X-Tenant-Id",
        "X-Request-ID",
        "X-User-Id",
        "X-Trace-Id",
        "X-Span-Id",
        "traceparent",
        "Idempotency-Key",
        "X-Change-Origin",
        "X-Allow-Duplicate",
        "If-Match",
        "If-None-Match",
        "Content-Type",
        "Content-Length",
        "Content-Encoding",
        "Expect",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Origin",
        "Access-Control-Request-Method",
        "X-Signature",
        "X-Signature-Time",
    )
}

# Lists, which clients and proxies may split into several lines.
_LISTS = ("Accept", "Accept-Encoding", "If-None-Match")

# Those that call again and again, each asked for with every request.
_MOST_TENANTS = 4_096

TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# Neither Stripe nor the IETF draft restricts keys; printable ASCII is safe.
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
# Tracers use many forms of ids, so this accepts almost anything.
_TRACE = re.compile(r"[!-{}~]{0,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}.*")

_ORIGIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REASON = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,200}")

# Prefix of a percent-encoded value (RFC 8187).
_ENCODED = "utf-8''"

_ID = "X-Request-ID"
ORIGIN = "X-Change-Origin"
ALLOW_DUPLICATE = "X-Allow-Duplicate"
# Those that people write in any script.
_TEXTS = ("X-User-Id", ALLOW_DUPLICATE)
FORMS = {
    _ID: _REQUEST_ID,
    "X-Trace-Id": _TRACE,
    "X-Span-Id": _TRACE,
    "Idempotency-Key": _IDEMPOTENCY_KEY,
    ORIGIN: _ORIGIN,
    ALLOW_DUPLICATE: _REASON,
}

# Headers that a read does without: proxies and tracers add them, or they are about writes.
_ADDED = (_ID, "X-Trace-Id", "X-Span-Id", ORIGIN, ALLOW_DUPLICATE)

# The check of each header, in the order of errors in a response.
_CHECKS = [(name, form.fullmatch) for name, form in FORMS.items()]


def collect(lines: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], list[FieldError]]:
    """The known headers by name, and errors for repeated ones."""
    found: dict[str, str] = {}
    repeated: list[FieldError] = []
    for raw_name, value in lines:
        name = NAMES.get(raw_name)
        if name is None:
            continue
        # Not str.strip(): the last byte of 张 in UTF-8 is white space in Latin-1.
        text = value.decode("latin-1").strip(" \t")
        if name not in found:
            found[name] = text
        elif name in _LISTS:
            found[name] += f", {text}"
        else:
            repeated.append(FieldError(name, "repeated"))
            found[name] = text
    for name in _TEXTS:
        if name in found:
            found[name] = _text(found[name])
    return found, repeated


def _text(given: str) -> str:
    """Decodes a user id or a reason: UTF-8 bytes or, for clients that cannot send those,
    percent-encoded UTF-8 (RFC 8187). Without that prefix, `%` is literal, so that a user has one
    name. Returns an empty text, which is malformed, for anything else."""
    encoded = given[: len(_ENCODED)].lower() == _ENCODED
    if given.isascii() and not encoded:
        return given
    try:
        if not encoded:
            return given.encode("latin-1").decode("utf-8")
        return unquote(given[len(_ENCODED) :], errors="strict")
    except UnicodeDecodeError:
        return ""


def wrong_forms(
    headers: Mapping[str, str], *, request_id_needed: bool, reads: bool = False
) -> list[FieldError]:
    """Errors for missing and malformed headers. Reads ignore malformed headers that proxies and
    tracers add; a malformed request id is replaced."""
    field_errors: list[FieldError] = []
    for name, matches in _CHECKS:
        if name in headers and not matches(headers[name]) and not (reads and name in _ADDED):
            field_errors.append(FieldError(name, "malformed"))
    if "X-User-Id" in headers and not is_owner(headers["X-User-Id"]):
        field_errors.append(FieldError("X-User-Id", "malformed"))
    if request_id_needed and "X-Request-ID" not in headers:
        field_errors.append(FieldError("X-Request-ID", "required"))
    return field_errors


def is_request_id(value: str) -> bool:
    return _REQUEST_ID.fullmatch(value) is not None


@lru_cache(_MOST_TENANTS)
def is_tenant(value: str) -> bool:
    return TENANT.fullmatch(value) is not None


def trace_of(headers: Mapping[str, str]) -> str:
    """The trace id of the platform, else of W3C trace context, else empty. Never malformed."""
    return _trace_part(headers, "X-Trace-Id", 1)


def span_of(headers: Mapping[str, str]) -> str:
    return _trace_part(headers, "X-Span-Id", 2)


def _trace_part(headers: Mapping[str, str], name: str, part_of_parent: int) -> str:
    given = headers.get(name)
    if given and _TRACE.fullmatch(given):
        return given
    parent = headers.get("traceparent")
    found = _TRACEPARENT.fullmatch(parent) if parent else None
    return found[part_of_parent] if found else ""
