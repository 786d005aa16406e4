"""Times in tokens: numbers that somebody else has written."""

from typing import Any, TypeGuard

# The year 2286: ten digits of seconds. Milliseconds have thirteen, and would last for ever.
LATEST = 10**10


def is_moment(value: Any) -> TypeGuard[int | float]:
    """Seconds since 1970, as RFC 7519 has them. Comparing comes before any arithmetic: an int of
    300 digits does not fit into a float, and NaN compares with nothing."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LATEST
