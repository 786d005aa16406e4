"""Validation of the times in tokens, which are untrusted input."""

from typing import Any, TypeGuard

# The year 2286: ten digits of seconds. Milliseconds have thirteen digits and would never expire.
LATEST = 10**10


def is_timestamp(value: Any) -> TypeGuard[int | float]:
    """Whether this is a time in seconds since 1970 (RFC 7519). To call before any arithmetic: an
    int of 300 digits does not fit a float, and every comparison with NaN is false."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LATEST
