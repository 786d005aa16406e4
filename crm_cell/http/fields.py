"""The kinds of values that bodies and queries are made of: each checks, and describes itself.

A kind is a msgspec Meta: its bounds go into the JSON Schema, its check runs on what was sent and
returns what is kept. `Annotated[str, text(1, 200)]` is a field.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from msgspec import Meta

from crm_cell.kernel import clock
from crm_cell.kernel.addresses import is_address, is_plain
from crm_cell.kernel.masking import is_masked_email
from crm_cell.kernel.money import CURRENCIES, MAX_CENTS, suggest_currency
from crm_cell.kernel.text import (
    clean,
    clean_lines,
    has_control,
    has_control_but_lines,
    heaps_marks,
    name_key,
    trim,
    visible,
)

Check = Callable[[Any], Any]
# What people call a field, in Chinese and English.
Label = tuple[str, str]

# Digits, the marks people write between them, and how an extension is announced.
_PHONE = re.compile(r"\(?\+?([0-9 ()./,;、#-]|ext\.?|x|转|分机)*", re.ASCII | re.IGNORECASE)
# What spreadsheets make of a number: text marked as such, a formula, a fraction.
_FROM_SPREADSHEET = re.compile(r"""'(?P<text>.*)|="(?P<quoted>[^"]*)"|=(?P<formula>[^"=]*)""")
_WITH_FRACTION = re.compile(r"(\+?[0-9]{7,})\.0+", re.ASCII)
_THREE_DIGITS = re.compile(r"([^0-9]*[0-9]){3}")
# The same as kernel.text refuses, in the words of JSON Schema: other languages check by it.
_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_CONTROL_BUT_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029"
_NOT_IN_EMAIL = rf"""\s@<>()\[\],;:"\\{_CONTROL}"""
_EMAIL = re.compile(rf"[^{_NOT_IN_EMAIL}]+@[^.{_NOT_IN_EMAIL}]+(\.[^.{_NOT_IN_EMAIL}]+)+")
# As kernel.clock reads them.
_DATE_OR_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$"
)
_FEWEST_DIGITS = 3
_BLANKS = " \t\r\n\v\f"
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_PHONE = 40
_PHONE_MARKS = "[0-9 ()./,;、#-]"
_MASKED_PHONE = re.compile(r"[^*/]{0,3}\*+[^*/]{0,4}(/[^*/]{0,3}\*+[^*/]{0,4})*")
_DIGITS = re.compile(r"-?[0-9]{1,40}")
# What an identity provider may call a user: RFC 7519 and OpenID Connect bound only the length.
_LONGEST_USER = 255
OWNER = re.compile(rf"[^{_CONTROL}]{{1,{_LONGEST_USER}}}")
# NFC makes one character of a letter and its marks, of four characters at most.
_MOST_COMPOSED = 4


class Bad(Exception):
    """A value is not what its field takes."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def text(
    least: int, most: int, *, lines: bool = False, label: Label | None = None, **schema: Any
) -> Meta:
    """Trimmed, NFC, without control characters; `lines` lets it run over several lines."""
    tidy, controls = (clean_lines, has_control_but_lines) if lines else (clean, has_control)

    def check(value: Any) -> str:
        given = string(value)
        if controls(given.replace("\r", "\n") if lines else given):
            raise Bad("control_character")
        kept = _measured(tidy(_bounded(given, most)), least, most)
        if least and not kept.isprintable() and not name_key(kept):
            raise Bad("too_short", limit=least)  # there is nothing in it that anybody could see
        return kept

    wrong = _CONTROL_BUT_LINES if lines else _CONTROL
    seen = rf"[^\s{wrong}]" if least else ""
    pattern = f"^[^{wrong}]*{seen}[^{wrong}]*$"
    return _meta(check, label=label, min_length=least, max_length=most, pattern=pattern, **schema)


def phone(
    *,
    from_text: Callable[[str], Any] | None = None,
    description: str | None = None,
    label: Label | None = None,
) -> Meta:
    """A telephone number as people write it; full-width digits become ordinary ones."""

    def check(value: Any) -> str:
        given = _bounded(string(value), _LONGEST_PHONE)
        if given.isascii() and given.isdigit() and _FEWEST_DIGITS <= len(given) <= _LONGEST_PHONE:
            return given  # as most are: a microsecond of each row of an import
        given = clean(visible(unicodedata.normalize("NFKC", given)))
        given = _measured(_as_typed(given), 1, _LONGEST_PHONE)
        if not _PHONE.fullmatch(given) or not _THREE_DIGITS.match(given):
            raise Bad("not_a_phone")
        return given

    digits = f"({_PHONE_MARKS}*[0-9]){{3}}{_PHONE_MARKS}*"
    extension = f"((ext\\.?|x|转|分机){_PHONE_MARKS}*)?"
    pattern = rf"^\(?\+?{digits}{extension}$"
    return _meta(
        check,
        from_text=from_text,
        label=label,
        min_length=1,
        max_length=_LONGEST_PHONE,
        pattern=pattern,
        examples=["13812345678"],
        description=description,
    )


def _as_typed(number: str) -> str:
    """The number that was in the cell before a spreadsheet changed it."""
    if changed := _FROM_SPREADSHEET.fullmatch(number):
        number = next(filter(None, changed.groups()), "").strip()
    whole = _WITH_FRACTION.fullmatch(number)
    return whole[1] if whole else number


def email(*, description: str | None = None, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        given = string(value)
        if is_plain(given):
            return given
        given = _measured(clean(visible(_bounded(given, 254))), 3, 254)
        if not _EMAIL.fullmatch(given) or is_masked_email(given) or not is_address(given):
            raise Bad("not_an_email")
        return given

    pattern = f"^{_EMAIL.pattern}$"
    return _meta(
        check,
        label=label,
        min_length=3,
        max_length=254,
        pattern=pattern,
        examples=["li.lei@example.com"],
        description=description,
    )


def owner(*, label: Label | None = None) -> Meta:
    """A user id as the identity provider has it: it is compared as it stands, so nothing of it is
    normalised but the blanks that people type around it."""

    def check(value: Any) -> str:
        given = string(value).strip(_BLANKS)
        if has_control(given):
            raise Bad("control_character")
        if not is_owner(_measured(given, 1, _LONGEST_USER)):
            raise Bad("malformed")
        return given

    return _meta(
        check,
        label=label,
        min_length=1,
        max_length=_LONGEST_USER,
        pattern=f"^[^{_CONTROL}]+$",
        examples=["alice"],
    )


def is_owner(value: str) -> bool:
    """Blanks at its ends could not be sent in a header, and half of a surrogate pair is no text."""
    if not 0 < len(value) <= _LONGEST_USER or value.strip(_BLANKS) != value:
        return False
    if value.isascii():
        return value.isprintable()
    return not (has_control(value) or _SURROGATE.search(value) or heaps_marks(value))


def reference(*, label: Label | None = None) -> Meta:
    """An id of another resource. One that cannot exist is simply not found later."""

    def check(value: Any) -> str:
        given = _measured(string(value).strip().lower(), 1, 64)
        if has_control(given):  # not every database can even be asked for it
            raise Bad("control_character")
        return given

    return _meta(check, label=label, min_length=1, max_length=64)


def whole(least: int, most: int, *, label: Label | None = None, **schema: Any) -> Meta:
    """A whole number; 5.0 was read as five."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Bad("type", expected="integer")
        if value < least:
            raise Bad("too_small", limit=least)
        if value > most:
            raise Bad("too_large", limit=most)
        return value

    return _meta(check, label=label, from_text=_whole_from_text, ge=least, le=most, **schema)


def _whole_from_text(value: str) -> int | str:
    """What a query parameter says; anything but plain digits stays text, and is refused."""
    return int(value) if _DIGITS.fullmatch(value) else value


def cents(least: int = 0, *, label: Label | None = None) -> Meta:
    return whole(least, MAX_CENTS, label=label, examples=[1_280_000])


def currency() -> Meta:
    """An ISO 4217 code; what is nearly one is refused with the code that is probably meant."""

    def check(value: Any) -> str:
        given = string(value).strip()
        if given not in CURRENCIES:
            meant = suggest_currency(given)
            text = "not_a_currency" if meant is None else "currency_is_written"
            raise Bad("malformed", text=text, meant=meant)
        return given

    return _meta(check, label=("币种", "Currency"), pattern="^[A-Z]{3}$", examples=["CNY"])


def choice(*allowed: str, label: Label | None = None, **schema: Any) -> Meta:
    def check(value: Any) -> str:
        if string(value) not in allowed:
            raise Bad("not_one_of", allowed=", ".join(allowed))
        return str(value)

    return _meta(check, label=label, extra_json_schema={"enum": list(allowed)}, **schema)


def time() -> Meta:
    """An RFC 3339 time, kept as milliseconds."""

    def check(value: Any) -> int:
        try:
            return clock.parse_time(string(value))
        except ValueError:
            raise Bad("not_a_time") from None

    return _meta(check, extra_json_schema={"type": "string", "format": "date-time"})


def date_or_time(*, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        try:
            return clock.parse_date_or_time(string(value))
        except (ValueError, OverflowError):
            raise Bad("not_a_date_or_time") from None

    return _meta(
        check,
        label=label,
        max_length=40,
        examples=["2026-11-23", "2026-11-23T02:26:00.123Z"],
        pattern=_DATE_OR_TIME,
    )


def items(least: int, most: int, of: type | None = None, *, label: Label | None = None) -> Meta:
    """`of` tells people what each should be; whether it is, the domain looks at row by row."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Bad("type", expected="array")
        if len(value) < least:
            raise Bad("too_few", limit=least)
        if len(value) > most:
            raise Bad("too_many", limit=most)
        return value

    return _meta(check, of=of, label=label, min_length=least, max_length=most)


def boolean(*, label: Label) -> Meta:
    return _meta(flag, label=label, from_text=flag_from_text)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Bad("type", expected="boolean")
    return value


def flag_from_text(value: str) -> bool | str:
    return {"true": True, "false": False}.get(value, value)


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise Bad("type", expected="string")
    return value


def is_masked_phone(value: Any) -> bool:
    return isinstance(value, str) and _MASKED_PHONE.fullmatch(value) is not None


def _bounded(value: str, most: int) -> str:
    """Refuse what would be too costly to normalise before it is known to be too long."""
    if len(value) > most:
        value = trim(value)
    if len(value) > most * _MOST_COMPOSED:
        raise Bad("too_long", limit=most)
    if heaps_marks(value):
        raise Bad("malformed")
    return value


def _measured(value: str, least: int, most: int) -> str:
    if len(value) < least:
        raise Bad("too_short", limit=least)
    if len(value) > most:
        raise Bad("too_long", limit=most)
    return value


def _meta(
    check: Check,
    *,
    from_text: Callable[[str], Any] | None = None,
    extra_json_schema: dict[str, Any] | None = None,
    of: type | None = None,
    label: Label | None = None,
    **schema: Any,
) -> Meta:
    extra = {"check": check, "from_text": from_text, "of": of, "label": label}
    return Meta(extra=extra, extra_json_schema=extra_json_schema, **schema)
