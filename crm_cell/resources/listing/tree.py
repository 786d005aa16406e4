"""A filter as a tree, the same from a line of text and from JSON; and what is wrong with one."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from crm_cell.kernel.errors import BadRequest, FieldError
from crm_cell.kernel.messages import FIELD_ERRORS, Message

Place = int | str
"""An offset in the text, in characters from 0, or a path in the JSON: `and[0].value`."""

MOST_DEPTH: Final = 4
MOST_CONDITIONS: Final = 20
MOST_VALUES: Final = 200
MOST_CHARACTERS: Final = 4_096
"""Of a query parameter; `POST /…/search` takes longer texts."""

COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=", "~", "^=")
RANGE: Final = "between"
LISTS: Final = ("in", "not in", "has any", "has none")
WITHOUT_VALUE: Final = ("is empty", "is set")
OPERATORS: Final = (*COMPARISONS, RANGE, *LISTS, "has", *WITHOUT_VALUE)


class Value(msgspec.Struct, frozen=True):
    """A value as it is written. A word is `me`, `today`, `-7d`; JSON has words as strings."""

    kind: Literal["text", "number", "word", "boolean", "other"]
    value: str | int | float | bool | None
    at: Place


class Condition(msgspec.Struct, frozen=True, tag=True):
    field: str
    operator: str
    values: tuple[Value, ...]
    at: Place
    """Of the field."""
    operator_at: Place


class And(msgspec.Struct, frozen=True, tag=True):
    parts: tuple["Tree", ...]
    at: Place


class Or(msgspec.Struct, frozen=True, tag=True):
    parts: tuple["Tree", ...]
    at: Place


class Not(msgspec.Struct, frozen=True, tag=True):
    part: "Tree"
    at: Place


Tree = And | Or | Not | Condition


class InvalidListing(Exception):
    """`parameter` is that of the list language, such as `filter`; `message` may have placeholders
    for `params`."""

    def __init__(self, place: Place, code: str, message: Message, **params: object) -> None:
        super().__init__(code)
        self.place, self.code, self.message, self.params = place, code, message, params

    def as_bad_request(self, parameter: str) -> BadRequest:
        field, offset, message = parameter, None, self.message
        if isinstance(self.place, int):
            offset = self.place
            message = Message(
                message.key,
                f"第 {offset + 1} 个字符处，{message.chinese}",
                f"at character {offset + 1}: {message.english}",
            )
        elif self.place:
            field = f"{parameter}.{self.place}"
        params = {**self.params, "text": message}
        return BadRequest([FieldError(field, self.code, params, offset=offset)])


_EXPECTED = Message("expected", "应为 {expected}", "expected {expected}")
_TOO_DEEP = Message("too_deep", "嵌套超过 {limit} 层", "more than {limit} levels are nested here")
_CONDITIONS = Message(
    "too_many_conditions", "条件超过 {limit} 个", "this is one more than {limit} conditions"
)
_VALUES = Message("too_many_values", "值超过 {limit} 个", "this is one more than {limit} values")


def expected(place: Place, what: str) -> InvalidListing:
    return InvalidListing(place, "syntax", _EXPECTED, expected=what)


def invalid_value(place: Place, code: str, params: dict[str, object]) -> InvalidListing:
    """A value that its field refuses, in the words in which a body is refused."""
    text = params.get("text")
    message = text if isinstance(text, Message) else FIELD_ERRORS[code]
    rest = {name: value for name, value in params.items() if name != "text"}
    return InvalidListing(place, code, message, **rest)


def check_bounds(tree: Tree) -> Tree:
    """The tree itself. Raises InvalidListing for one that is too deep, or too large."""
    conditions = values = 0
    level: list[Tree] = [tree]
    for depth in range(MOST_DEPTH + 1):
        for each in level:
            if isinstance(each, Condition):
                conditions, values = conditions + 1, values + len(each.values)
                if conditions > MOST_CONDITIONS:
                    raise InvalidListing(each.at, "too_many", _CONDITIONS, limit=MOST_CONDITIONS)
                if values > MOST_VALUES:
                    at = each.values[MOST_VALUES - values + len(each.values)].at
                    raise InvalidListing(at, "too_many", _VALUES, limit=MOST_VALUES)
        nested = [each for each in level if not isinstance(each, Condition)]
        if nested and depth == MOST_DEPTH:
            raise too_deep(nested[0].at)
        level = [part for each in nested for part in parts_of(each)]
    return tree


def parts_of(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case And() | Or():
            return tree.parts
        case Not():
            return (tree.part,)
    return ()


def conditions_of(tree: Tree | None) -> Iterable[Condition]:
    if tree is None:
        return
    if isinstance(tree, Condition):
        yield tree
    for part in parts_of(tree):
        yield from conditions_of(part)


def too_deep(place: Place) -> InvalidListing:
    return InvalidListing(place, "too_deep", _TOO_DEEP, limit=MOST_DEPTH)
