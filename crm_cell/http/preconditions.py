"""If-Match: change a resource only if it is still as the caller last saw it."""

from functools import lru_cache

from crm_cell.kernel.errors import PreconditionFailed


class IfMatch:
    def __init__(self, header: str | None) -> None:
        self._header = header

    def require(self, version: int) -> None:
        """Raises PreconditionFailed. A weak ETag never matches (RFC 9110, 13.1.1)."""
        if self._header is None or self._header == "*":
            return
        if etag(version) not in [tag.strip() for tag in self._header.split(",")]:
            raise PreconditionFailed


@lru_cache(maxsize=256)
def etag(version: int) -> str:
    return f'"{version}"'
