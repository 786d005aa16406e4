"""Reading a JSON body as strictly as money deserves: one meaning or none."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from crm_cell.kernel.errors import BadRequest, Fault

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Small values take thirty times as much memory as text: eight megabytes of `{},` were 250. The
# largest import has some ten thousand, and this many are 40 megabytes.
_MOST_COMMAS = 200_000
# Nothing that is asked for here is nested deeper than three. Others' readers of what is stored give
# up at some depth; no client gets near this one by honest means.
_MOST_DEPTH = 64
_NESTS = (dict, list)
_in_order = msgspec.json.Encoder(order="sorted").encode


def parse_json(raw: bytes) -> Any:
    """Decode UTF-8 JSON; raises BadRequest for anything that two readers could read in two ways.

    Refused beyond the grammar: NaN and infinities, numbers that overflow to them, members named
    twice, lone surrogates, nesting deeper than 64, and values without end.
    """
    if raw.count(b",") > _MOST_COMMAS:
        raise BadRequest([Fault("body", "too_many", {"limit": _MOST_COMMAS})])
    try:
        text = raw.decode()
        tree = _DECODER.decode(text)
        halved = _SURROGATE_ESCAPE.search(text) and _holds_lone_surrogate(tree)
    except UnicodeDecodeError:
        raise _bad("not_utf8") from None
    except _Repeated as repeated:
        raise BadRequest([Fault(printable(repeated.member), "repeated")]) from None
    except RecursionError:
        raise _bad("too_deep") from None
    except (ValueError, ArithmeticError):
        raise _bad("empty" if not raw.strip() else "not_json") from None
    if halved:
        raise _bad("not_json")
    # Whatever is nested has its brackets: most bodies are known to be shallow by counting them.
    if raw.count(b"[") + raw.count(b"{") > _MOST_DEPTH and _is_too_deep(tree):
        raise _bad("too_deep")
    return tree


def canonical(tree: Any) -> bytes:
    """The same bytes for the same meaning, whatever the order of members and the white space."""
    try:
        return _in_order(tree)
    except RecursionError:  # writing may give up at a depth that reading still reached
        raise _bad("too_deep") from None


def printable(text: str, limit: int = 100) -> str:
    """A piece of the caller's input in a form that can stand in an answer."""
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
    """JSON has one kind of number: 5.0 and 5e0 are five, exactly, and so the same request."""
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
    for _ in range(_MOST_DEPTH):
        level = [child for node in level for child in _children(node) if type(child) in _NESTS]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _bad(code: str) -> BadRequest:
    return BadRequest([Fault("body", code)])
