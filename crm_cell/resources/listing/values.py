"""From a value as it is written to the one that a column is compared with."""

import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from crm_cell.fields import checks
from crm_cell.fields.checks import Check, InvalidValue
from crm_cell.http.json_body import printable
from crm_cell.kernel.messages import FIELD_ERRORS, Message
from crm_cell.kernel.text import clean_lines, has_control_except_lines, has_excess_marks, name_key
from crm_cell.resources.listing.members import ListMember
from crm_cell.resources.listing.times import WORDS, Span, span_of
from crm_cell.resources.listing.tree import InvalidListing, Value, invalid_value
from crm_cell.search.query import LONGEST_QUERY
from crm_cell.tags.messages import NO_TAG
from crm_cell.tags.tags import TenantTags

if TYPE_CHECKING:
    from crm_cell.resources.listing.conditions import Context

_INT64: Final = 2**63
_SHOWN: Final = 50
_user: Final[Check] = checks.check_of(checks.owner())
_integer: Final[Check] = checks.check_of(checks.integer(-_INT64, _INT64 - 1))
_reference: Final[Check] = checks.check_of(checks.reference())
_NOT_A_SPAN = Message(
    "not_a_span",
    "不是时间：可用日期、RFC 3339 时间或 {words}",
    "not a time: write a date, an RFC 3339 time, or {words}",
)
_NO_USER = Message(
    "no_user",
    "当前调用方不是某个用户，me 与 myTeam 不可用",
    "the caller is no user, so me and myTeam mean nothing",
)
_QUOTED = Message("quoted", "文字请用双引号", "text is quoted")


def value_of(member: ListMember, given: Value, context: "Context") -> Any:
    """Raises InvalidListing."""
    if member.kind == "number":
        return _number(given)
    if member.kind == "boolean":
        return int(_checked(given, checks.check_boolean))
    if member.kind == "user":
        return _user_of(given, context)
    if member.kind == "text":
        return _text(member, given)
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    if member.kind == "id":
        return _checked(given, _reference)
    assert member.field is not None, "what every record has is an id or a time"
    assert member.field.meta is not None, "a choice is checked as a body's is"
    return _checked(given, checks.check_of(member.field.meta))


def one_of(given: Value, allowed: Collection[str]) -> str:
    """Raises InvalidListing."""
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    named = str(_checked(given, checks.string))
    if named not in allowed:
        raise invalid_value(given.at, "not_one_of", {"allowed": ", ".join(allowed)})
    return named


def tag_of(given: Value, tags: TenantTags) -> str:
    """The id of a tag that is named by its id or its name. Raises InvalidListing."""
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    named = _bounded(given)
    tag = tags.find(named)
    if tag is None:
        raise InvalidListing(given.at, "value", NO_TAG, name=printable(named, _SHOWN))
    return tag.id


def span(given: Value, context: "Context") -> Span:
    """Raises InvalidListing."""
    found = None
    if isinstance(given.value, str):
        found = span_of(given.value, context.moment)
    if found is None:
        raise InvalidListing(given.at, "value", _NOT_A_SPAN, words=WORDS)
    return found


def prefix_of(member: ListMember, given: Value) -> str:
    """What a text begins with, in the form in which it is compared."""
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    text = unicodedata.normalize("NFC", _bounded(given)).lstrip()
    if member.by_key:
        text = name_key(text)
    if not text:
        raise InvalidListing(given.at, "too_short", FIELD_ERRORS["too_short"], limit=1)
    return text


def searched_for(member: ListMember, given: Value, context: "Context") -> str:
    """What a text contains, in the form in which it is compared."""
    text = str(value_of(member, given, context))
    if len(text) > LONGEST_QUERY:
        raise invalid_value(given.at, "too_long", {"limit": LONGEST_QUERY})
    return text


def is_nobody(member: ListMember, given: Value) -> bool:
    return member.kind == "user" and given.value == "nobody" and _is_word(given)


def is_my_team(member: ListMember, given: Value) -> bool:
    return member.kind == "user" and given.value == "myTeam" and _is_word(given)


def caller_of(given: Value, context: "Context") -> str:
    """Raises InvalidListing where the caller is no user."""
    me = context.actor.user or context.actor.owner
    if me is None:
        raise InvalidListing(given.at, "value", _NO_USER)
    return me


def _user_of(given: Value, context: "Context") -> str:
    if _is_word(given) and given.value == "me":
        return caller_of(given, context)
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    return str(_checked(given, _user))


def _is_word(given: Value) -> bool:
    """JSON has no words: there, a text is one."""
    return given.kind == "word" or isinstance(given.at, str)


def _number(given: Value) -> int:
    if given.kind == "word":
        raise invalid_value(given.at, "type", {"expected": "integer"})
    return int(_checked(given, _integer))


def _text(member: ListMember, given: Value) -> str:
    if given.kind == "word":
        raise InvalidListing(given.at, "value", _QUOTED)
    text = clean_lines(_bounded(given))
    if not text:
        raise InvalidListing(given.at, "too_short", FIELD_ERRORS["too_short"], limit=1)
    return name_key(text) if member.by_key else text


def _bounded(given: Value) -> str:
    """Text that may be normalised without much work, and that every database can be asked for."""
    text = _checked(given, checks.string)
    if has_control_except_lines(text.replace("\r", "\n")):
        raise invalid_value(given.at, "control_character", {})
    if has_excess_marks(text):
        raise invalid_value(given.at, "malformed", {})
    return str(text)


def _checked(given: Value, check: Check) -> Any:
    try:
        return check(given.value)
    except InvalidValue as bad:
        raise invalid_value(given.at, bad.code, bad.params) from None
