"""A filter as JSON: `{"and": […]}`, `{"or": […]}`, `{"not": …}`, `{"field", "op", "value"}`.

`value` is a list for `in`, `not in`, `has any`, `has none` and `between`, and left out for
`is empty` and `is set`. Words such as `me`, `today` and `-7d` are strings.
"""

from typing import Any

from crm_cell.http.json_body import parse_json, printable
from crm_cell.kernel.errors import BadRequest
from crm_cell.kernel.messages import Message
from crm_cell.resources.listing.tree import (
    LISTS,
    MOST_CONDITIONS,
    MOST_DEPTH,
    MOST_VALUES,
    OPERATORS,
    RANGE,
    WITHOUT_VALUE,
    And,
    Condition,
    InvalidListing,
    Not,
    Or,
    Tree,
    Value,
    check_bounds,
    expected,
    invalid_value,
    too_deep,
)

_FORM = '{"field", "op", "value"}, {"and": […]}, {"or": […]}, {"not": …}'
_WITHOUT_VALUE = Message("without_value", "{operator} 不带值", "{operator} takes no value")
_GROUPS: dict[str, type[And] | type[Or]] = {"and": And, "or": Or}


def parse_filter_json(text: str) -> Tree:
    """Raises InvalidListing."""
    try:
        given = parse_json(text.encode())
    except BadRequest as bad:
        [fault] = bad.field_errors
        raise invalid_value("", fault.code, dict(fault.params)) from None
    return tree_of(given)


def tree_of(given: Any) -> Tree:
    """Of JSON that has been read. Raises InvalidListing, with the path to what is wrong."""
    return check_bounds(_tree(given, "", 0))


def _tree(given: Any, path: str, depth: int) -> Tree:
    if not isinstance(given, dict):
        raise expected(path, _FORM)
    if "field" in given:
        return _condition(given, path)
    if depth == MOST_DEPTH:
        raise too_deep(path)
    [name] = given if len(given) == 1 else [""]
    if name == "not":
        return Not(_tree(given["not"], _below(path, "not"), depth + 1), path)
    if name not in _GROUPS:
        raise expected(path, _FORM)
    place = _below(path, name)
    parts = given[name]
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_CONDITIONS:
        raise expected(place, f"[…], 1 … {MOST_CONDITIONS}")
    found = [_tree(each, f"{place}[{at}]", depth + 1) for at, each in enumerate(parts)]
    return _GROUPS[name](tuple(found), path)


def _condition(given: dict[str, Any], path: str) -> Condition:
    for member in given:
        if member not in ("field", "op", "value"):
            raise expected(_below(path, printable(member)), "field, op, value")
    field, operator = given["field"], given.get("op")
    if not isinstance(field, str):
        raise expected(_below(path, "field"), '"…"')
    if operator not in OPERATORS:
        raise expected(_below(path, "op"), ", ".join(OPERATORS))
    values = _values(operator, given, _below(path, "value"))
    return Condition(field, operator, values, _below(path, "field"), _below(path, "op"))


def _values(operator: str, given: dict[str, Any], path: str) -> tuple[Value, ...]:
    if operator in WITHOUT_VALUE:
        if "value" in given:
            raise InvalidListing(path, "syntax", _WITHOUT_VALUE, operator=operator)
        return ()
    value = given.get("value")
    if operator not in (*LISTS, RANGE):
        return (_value(value, path),)
    least, most = (2, 2) if operator == RANGE else (1, MOST_VALUES)
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise expected(path, f"[…], {least} … {most}")
    return tuple(_value(each, f"{path}[{at}]") for at, each in enumerate(value))


def _value(value: Any, path: str) -> Value:
    match value:
        case bool():
            return Value("boolean", value, path)
        case int() | float():
            return Value("number", value, path)
        case str():
            return Value("text", value, path)
    return Value("other", None, path)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
