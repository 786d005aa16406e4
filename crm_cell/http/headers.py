"""Reading the request's headers once: which matter, in which form, and never twice."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from crm_cell.http.fields import is_owner
from crm_cell.kernel.errors import Fault

# Every header that the contract names, as written there. A second line is refused but for lists.
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

# Lists, which the sender or a proxy may have spread over several lines.
_LISTS = ("Accept", "Accept-Encoding", "If-None-Match")

TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# Stripe and the IETF draft leave the form of a key open; printable ASCII of some length is safe.
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
# Tracers write ids in many ways, and a strange one is no reason to refuse a request.
_TRACE = re.compile(r"[!-{}~]{0,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}.*")

# How RFC 8187 announces what follows.
_ENCODED = "utf-8''"

_ID = "X-Request-ID"
FORMS = {
    _ID: _REQUEST_ID,
    "X-Trace-Id": _TRACE,
    "X-Span-Id": _TRACE,
    "Idempotency-Key": _IDEMPOTENCY_KEY,
}


_ADDED = (_ID, "X-Trace-Id", "X-Span-Id")

# How each is checked where it is sent, in the order in which faults are told.
_CHECKS = [(name, form.fullmatch) for name, form in FORMS.items()]


def collect(lines: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], list[Fault]]:
    """The known headers by their written names, and those that came more than once."""
    found: dict[str, str] = {}
    repeated: list[Fault] = []
    for raw_name, value in lines:
        name = NAMES.get(raw_name)
        if name is None:
            continue
        # Not str.strip(): the last byte of 张 in UTF-8 is a blank in Latin-1.
        text = value.decode("latin-1").strip(" \t")
        if name not in found:
            found[name] = text
        elif name in _LISTS:
            found[name] += f", {text}"
        else:
            repeated.append(Fault(name, "repeated"))
            found[name] = text
    if "X-User-Id" in found:
        found["X-User-Id"] = _user(found["X-User-Id"])
    return found, repeated


def _user(given: str) -> str:
    """The id in UTF-8, as its bytes or, for clients that cannot send those, percent-encoded as in
    RFC 8187. A plain `%` means itself, or one user would have two names. Empty, and so malformed,
    for what is neither."""
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
) -> list[Fault]:
    """Each header that is missing or malformed. On reads, what proxies and tracers add refuses
    nothing: a malformed request id is replaced, and a malformed trace is ignored."""
    faults: list[Fault] = []
    for name, matches in _CHECKS:
        if name in headers and not matches(headers[name]) and not (reads and name in _ADDED):
            faults.append(Fault(name, "malformed"))
    if "X-User-Id" in headers and not is_owner(headers["X-User-Id"]):
        faults.append(Fault("X-User-Id", "malformed"))
    if request_id_needed and "X-Request-ID" not in headers:
        faults.append(Fault("X-Request-ID", "required"))
    return faults


def is_request_id(value: str) -> bool:
    return _REQUEST_ID.fullmatch(value) is not None


def is_tenant(value: str) -> bool:
    return TENANT.fullmatch(value) is not None


def trace_of(headers: Mapping[str, str]) -> str:
    """The platform's trace id, else the W3C one, else nothing; a malformed one is not logged."""
    return _traced(headers, "X-Trace-Id", 1)


def span_of(headers: Mapping[str, str]) -> str:
    return _traced(headers, "X-Span-Id", 2)


def _traced(headers: Mapping[str, str], name: str, part_of_parent: int) -> str:
    given = headers.get(name)
    if given and _TRACE.fullmatch(given):
        return given
    parent = headers.get("traceparent")
    found = _TRACEPARENT.fullmatch(parent) if parent else None
    return found[part_of_parent] if found else ""
