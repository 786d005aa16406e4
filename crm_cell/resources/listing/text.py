"""A filter as a line of text: `status = 1 and (name ^= "云" or not ownerId in (me, nobody))`.

    filter    := all ("or" all)*
    all       := one ("and" one)*
    one       := "not" one | "(" filter ")" | field operator values
    values    := value | "(" value ("," value)* ")" | value "and" value, as the operator needs
    value     := "text" | number | date | time | true | false | word, like me, today, -7d

`and` binds closer than `or`, `not` closer than both. Keywords are in lower or upper case. Brackets,
commas and quotes may be full-width ones, as Chinese keyboards type them.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.tree import (
    LISTS,
    MOST_DEPTH,
    OPERATORS,
    And,
    Condition,
    InvalidListing,
    Not,
    Or,
    Tree,
    Value,
    check_bounds,
    expected,
    too_deep,
)

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|“[^”]*”)
      | (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9:.]+(?:[Zz]|[+-][0-9:]+)?)?(?![\w-]))
      | (?P<word>[+-]?[0-9]+[A-Za-z]+)
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?!\w))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)
      | (?P<operator>!=|<=|>=|\^=|[=<>~])
      | (?P<mark>[(),（），])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MARKS: Final = {"（": "(", "）": ")", "，": ","}
_KEYWORDS: Final = ("and", "or", "not", "in", "between", "is", "has", "any", "none", "empty", "set")
_LONGEST_NUMBER: Final = 40
_FIELD = Message("field_expected", "应为字段名、not 或 (", "expected a field, not or (")
_UNCLOSED = Message("unclosed", "引号没有结束", "the quotation mark is never closed")
_UNREADABLE = Message(
    "unreadable", "无法识别 {found}，文字请用双引号", "cannot read {found}: text is quoted"
)


class Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse_text(text: str) -> Tree:
    """Raises InvalidListing, with the offset in the text."""
    parser = _Parser(list(_tokens(text)))
    tree = parser.alternatives(0)
    parser.end()
    return check_bounds(tree)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, at)
        kind, written = match.lastgroup, match[match.lastgroup]
        found.append(Token(kind, _MARKS.get(written, written), match.start(kind)))
        at = match.end()
    return found


def _unreadable(text: str, at: int) -> InvalidListing:
    at += len(text[at:]) - len(text[at:].lstrip())
    if text[at] in '"“':
        return InvalidListing(at, "syntax", _UNCLOSED)
    return InvalidListing(at, "syntax", _UNREADABLE, found=repr(text[at : at + 10]))


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def end(self) -> None:
        if self._next.kind != "end":
            raise expected(self._next.at, "and, or")

    def alternatives(self, depth: int) -> Tree:
        return self._joined("or", Or, lambda: self._joined("and", And, lambda: self._one(depth)))

    def _joined(self, word: str, kind: type[And] | type[Or], part: Callable[[], Tree]) -> Tree:
        at = self._next.at
        parts = [part()]
        while self._takes(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts), at)

    def _one(self, depth: int) -> Tree:
        at = self._next.at
        if depth > 2 * MOST_DEPTH:  # brackets around brackets
            raise too_deep(at)
        if self._takes("not"):
            return Not(self._one(depth + 1), at)
        if self._takes("("):
            tree = self.alternatives(depth + 1)
            self._need(")")
            return tree
        return self._condition()

    def _condition(self) -> Condition:
        field = self._next
        if field.kind != "name" or field.text.lower() in _KEYWORDS:
            raise InvalidListing(field.at, "syntax", _FIELD)
        self._place += 1
        operator_at = self._next.at
        operator, values = self._rest()
        return Condition(field.text, operator, values, field.at, operator_at)

    def _rest(self) -> tuple[str, tuple[Value, ...]]:
        """The operator and its values."""
        start = self._next
        if start.kind == "operator":
            self._place += 1
            return start.text, (self._value(),)
        if self._takes("between"):
            first = self._value()
            self._need("and")
            return "between", (first, self._value())
        if self._takes("is"):
            return self._is(), ()
        for operator in LISTS:
            if self._takes(*operator.split()):
                return operator, self._values()
        if self._takes("has"):
            return "has", (self._value(),)
        raise expected(start.at, ", ".join(OPERATORS))

    def _is(self) -> str:
        for operator in ("is empty", "is set"):
            if self._takes(operator.split()[1]):
                return operator
        raise expected(self._next.at, "empty, set")

    def _values(self) -> tuple[Value, ...]:
        self._need("(")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        self._need(")", ", )")
        return tuple(values)

    def _value(self) -> Value:
        kind, text, at = self._next
        if kind not in ("text", "time", "word", "number", "name") or self._is_keyword():
            raise expected(at, '"…", 1, true, today, -7d, me')
        self._place += 1
        return _read(kind, text, at)

    def _is_keyword(self) -> bool:
        return self._next.kind == "name" and self._next.text.lower() in _KEYWORDS

    def _takes(self, *words: str) -> bool:
        """Go on behind these words or this mark, if they come next."""
        ahead = self._tokens[self._place : self._place + len(words)]
        if any(each.kind not in ("name", "mark") for each in ahead):
            return False
        if [each.text.lower() for each in ahead] != list(words):
            return False
        self._place += len(words)
        return True

    def _need(self, word: str, what: str = "") -> None:
        if not self._takes(word):
            raise expected(self._next.at, what or word)


def _read(kind: str, text: str, at: int) -> Value:
    if kind == "text":
        inner = text[1:-1]
        return Value("text", _ESCAPED.sub(r"\1", inner) if text[0] == '"' else inner, at)
    if kind == "number":
        if len(text) > _LONGEST_NUMBER:
            raise expected(at, "-9223372036854775808 … 9223372036854775807")
        return Value("number", float(text) if "." in text else int(text), at)
    if kind == "name" and text.lower() in ("true", "false"):
        return Value("boolean", text.lower() == "true", at)
    return Value("text" if kind == "time" else "word", text, at)
