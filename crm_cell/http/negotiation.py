"""Content negotiation by Accept and Accept-Encoding, with weights (RFC 9110, 12.4.2)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

# Longer than the headers of real clients. Longer ones must not fill the cache.
_LONGEST = 512
_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


@lru_cache(maxsize=256)
def _weights(header: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            found[name] = _weight(parameters)
    return MappingProxyType(found)


def weights(header: str) -> Mapping[str, float]:
    """Weights by name, which is in lower case and without parameters."""
    return _weights(header) if len(header) <= _LONGEST else _weights.__wrapped__(header)


def _weight(parameters: list[str]) -> float:
    """1 without a weight, 0 for a malformed one, which may mean a rejection."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _WEIGHT.fullmatch(value) else 0.0
    return 1.0


def takes_gzip(header: str | None) -> bool:
    """Whether gzip is accepted, with at least the weight of no compression."""
    if not header:
        return False
    given = weights(header)
    gzip = given.get("gzip", given.get("x-gzip", given.get("*", 0.0)))
    return gzip > 0 and gzip >= given.get("identity", 0.0)


def preferred(header: str | None, offers: Mapping[str, str], otherwise: str) -> str:
    """The offer with the highest weight in the header, the first of equal ones. `offers` has them
    by media type. Returns `otherwise` if none is accepted."""
    if not header:
        return otherwise
    given = weights(header)
    best, highest = otherwise, 0.0
    for media, name in offers.items():
        rank = _rank(given, media)
        if rank > highest:
            best, highest = name, rank
    return best


def _rank(given: Mapping[str, float], media: str) -> float:
    """The most specific entry counts (RFC 9110, 12.5.1)."""
    kind = media.partition("/")[0]
    return given.get(media, given.get(f"{kind}/*", given.get("*/*", 0.0)))
