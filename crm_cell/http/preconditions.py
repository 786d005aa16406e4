"""ETag, If-Match and If-None-Match.

Proxies that compress responses rewrite ETags: nginx and Cloudflare weaken "3" to W/"3", Apache
changes it to "3-gzip", Jetty to "3--gzip", and clients send these back. Since a version identifies
one state of a record, all of them match "3".
"""

import re
from functools import lru_cache
from zlib import crc32

from crm_cell.kernel.errors import PreconditionFailed
from crm_cell.kernel.messages import EXISTS_ALREADY

_TAG = re.compile(r'(?:W/)?"([!#-~]*?)(?:(?:--?|;)(?:gzip|br|zstd|deflate))?"')

# Behind the version of a record that is shown in full.
_FULL = "-full"

# Cache of at most 4 MB. Its key needs only the start of a body: a list begins with its newest id.
_CACHE_SIZE, _MAX_CACHED_LENGTH, _PREFIX_LENGTH = 256, 16 * 1024, 64
_tags: dict[tuple[int, bytes], tuple[bytes, bytes]] = {}
# For larger input zlib releases the GIL, and a busy thread returns it only after 5 ms.
_CHUNK = 5 * 1024


class IfMatch:
    """The precondition that a record has the version that the client has read."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def require(self, version: int) -> None:
        """Raises PreconditionFailed."""
        if self._header is not None and not _names_version(self._header, version):
            raise PreconditionFailed

    def require_missing_allowed(self) -> None:
        """Raises PreconditionFailed where there is no record, and the caller asks for one."""
        if self._header is not None:
            raise PreconditionFailed


class IfNoneMatch:
    """Create a resource only if there is none: `*`; or not if it is as the header says."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def require(self, version: int) -> None:
        """Raises PreconditionFailed."""
        if self._header is not None and _names_version(self._header, version):
            raise PreconditionFailed(EXISTS_ALREADY)


def names(header: str, tag: str) -> bool:
    """Whether the list in a header contains `tag`, by weak comparison (RFC 9110, 8.8.3.2)."""
    if header.strip() == "*":
        return True
    wanted = _opaque(tag)
    return any(_opaque(given.strip()) == wanted for given in header.split(","))


def _names_version(header: str, version: int) -> bool:
    """Whether it contains the tag of this version, masked or in full, whatever the figures were
    beside it: they are not what a change could undo."""
    if header.strip() == "*":
        return True
    given = (_opaque(each.strip()) for each in header.split(","))
    wanted = (str(version), f"{version}{_FULL}")
    return any(each is not None and each.partition(".")[0] in wanted for each in given)


def _opaque(tag: str) -> str | None:
    """The text between the quotes, without a proxy's suffix; None for an invalid ETag."""
    found = _TAG.fullmatch(tag)
    return found[1] if found else None


def etag(version: int, figures: int = 0, *, in_full: bool = False) -> str:
    """The ETag of one record. `figures` tells apart the states of a version: what a client sees may
    differ although nobody has changed the record. It is another one where nothing is masked."""
    full = _FULL if in_full else ""
    return f'"{version}{full}.{figures:x}"' if figures else _etag(f"{version}{full}")


@lru_cache(maxsize=256)
def _etag(version: str) -> str:
    return f'"{version}"'


def body_etag(body: bytes) -> bytes:
    """The ETag of a body without a version, such as a list. Repeated lists are common, and a
    comparison with the cached body takes a tenth of the time of a checksum."""
    if len(body) > _MAX_CACHED_LENGTH:
        return _checksum(body)
    key = (len(body), body[:_PREFIX_LENGTH])
    cached = _tags.get(key)
    if cached is not None and cached[0] == body:
        return cached[1]
    if len(_tags) >= _CACHE_SIZE:
        _tags.clear()
    tag = _checksum(body)
    _tags[key] = (body, tag)
    return tag


def _checksum(body: bytes) -> bytes:
    """CRC-32 takes 1 µs for twenty records, a cryptographic hash five. Collisions are harmless:
    callers could only cause them between their own lists."""
    checksum = 0
    for start in range(0, len(body), _CHUNK):
        checksum = crc32(body[start : start + _CHUNK], checksum)
    return b'W/"%x-%08x"' % (len(body), checksum)
