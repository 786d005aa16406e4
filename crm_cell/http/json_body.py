"""A strict JSON parser that rejects ambiguous documents."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from crm_cell.kernel.errors import BadRequest, FieldError

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Small values need thirty times the memory of their text: 8 MB of `{},` took 250 MB. The largest
# import has about ten thousand commas; this limit allows 40 MB.
_MAX_COMMAS = 200_000
# Bodies of the API nest at most three levels. Other parsers, which read stored values, have limits
# too.
_MAX_DEPTH = 64
_NESTS = (dict, list)
_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def parse_json(raw: bytes) -> Any:
    """Decode UTF-8 JSON. Raises BadRequest for anything that two parsers could read differently.

    Beyond invalid syntax, it rejects NaN, infinities, numbers that overflow to them, repeated
    members, lone surrogates, nesting deeper than 64, and too many values.
    """
    if raw.count(b",") > _MAX_COMMAS:
        raise BadRequest([FieldError("body", "too_many", {"limit": _MAX_COMMAS})])
    try:
        text = raw.decode()
        tree = _DECODER.decode(text)
        halved = _SURROGATE_ESCAPE.search(text) and _holds_lone_surrogate(tree)
    except UnicodeDecodeError:
        raise _bad("not_utf8") from None
    except _Repeated as repeated:
        raise BadRequest([FieldError(printable(repeated.member), "repeated")]) from None
    except RecursionError:
        raise _bad("too_deep") from None
    except (ValueError, ArithmeticError):
        raise _bad("empty" if not raw.strip() else "not_json") from None
    if halved:
        raise _bad("not_json")
    # Counting brackets first is cheap, and suffices for most bodies.
    if raw.count(b"[") + raw.count(b"{") > _MAX_DEPTH and _is_too_deep(tree):
        raise _bad("too_deep")
    return tree


def canonical(tree: Any) -> bytes:
    """Equal bytes for equal values, independent of the order of members and white space."""
    try:
        return _encode_sorted(tree)
    except RecursionError:  # the encoder may have a lower limit than the parser
        raise _bad("too_deep") from None


def printable(text: str, limit: int = 100) -> str:
    """Client input, truncated and encodable, for a response."""
    return text[:limit].encode("utf-8", "replace").decode()


class _Repeated(Exception):
    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Repeated(next(name for name, count in counts.items() if count > 1))
    return members


def _number(text: str) -> int | float:
    """Integers for 5.0 and 5e0 too, which JSON treats as equal, and so do fingerprints."""
    number = float(text)
    if number - number != 0:
        raise ValueError("overflows a double")
    if number.is_integer() and Decimal(text) == int(number):
        return int(number)
    return number


def _no_constant(name: str) -> None:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members_once, parse_float=_number, parse_constant=_no_constant
)


def _holds_lone_surrogate(tree: Any) -> bool:
    return _LONE_SURROGATE.search(json.dumps(tree, ensure_ascii=False)) is not None


def _is_too_deep(tree: Any) -> bool:
    level = [tree]
    for _ in range(_MAX_DEPTH):
        level = [child for node in level for child in _children(node) if type(child) in _NESTS]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _bad(code: str) -> BadRequest:
    return BadRequest([FieldError("body", code)])
