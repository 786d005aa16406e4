"""If-Match and If-None-Match: what a request says of the version that its caller has seen.

Proxies that compress rewrite ETags on the way: nginx and Cloudflare weaken "3" to W/"3", Apache
makes it "3-gzip", Jetty "3--gzip", and callers send back what they were given. All of these name
version 3, and a version names exactly one state of a record, so they are taken as "3".
"""

import re
from functools import lru_cache
from zlib import crc32

from crm_cell.kernel.errors import PreconditionFailed

_TAG = re.compile(r'(?:W/)?"([!#-~]*?)(?:(?:--?|;)(?:gzip|br|zstd|deflate))?"')

# Four megabytes at most. A list begins with the id of its newest record.
_MOST_KNOWN, _LONGEST_KNOWN, _BEGIN = 256, 16 * 1024, 64
_known: dict[tuple[int, bytes], tuple[bytes, bytes]] = {}
# zlib lets go of the GIL for more than this, and a busy thread gives it back after 5 ms only.
_PIECE = 5 * 1024


class IfMatch:
    """Change a resource only if it is still as the caller last saw it."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def require(self, version: int) -> None:
        """Raises PreconditionFailed."""
        if self._header is not None and not names(self._header, etag(version)):
            raise PreconditionFailed


def names(header: str, tag: str) -> bool:
    """Whether the list in a header names `tag`, by weak comparison (RFC 9110, 8.8.3.2)."""
    if header.strip() == "*":
        return True
    wanted = _opaque(tag)
    return any(_opaque(given.strip()) == wanted for given in header.split(","))


def _opaque(tag: str) -> str | None:
    """What stands between the quotes, without the mark of a proxy; None for what is no ETag."""
    found = _TAG.fullmatch(tag)
    return found[1] if found else None


@lru_cache(maxsize=256)
def etag(version: int) -> str:
    """Of one resource."""
    return f'"{version}"'


def body_etag(body: bytes) -> bytes:
    """Of what has no version of its own, such as a list: the same lists are asked for again and
    again, and to compare with the last one takes a tenth of what a checksum takes."""
    if len(body) > _LONGEST_KNOWN:
        return _checksum(body)
    begin = (len(body), body[:_BEGIN])
    known = _known.get(begin)
    if known is not None and known[0] == body:
        return known[1]
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    tag = _checksum(body)
    _known[begin] = (body, tag)
    return tag


def _checksum(body: bytes) -> bytes:
    """1 µs for twenty records, where a cryptographic hash takes five; and nobody gains by making
    two of one's own lists look alike."""
    checksum = 0
    for start in range(0, len(body), _PIECE):
        checksum = crc32(body[start : start + _PIECE], checksum)
    return b'W/"%x-%08x"' % (len(body), checksum)
