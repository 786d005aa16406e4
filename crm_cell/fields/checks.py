"""Validators for the values in bodies and queries, with their JSON Schema.

Each is a msgspec Meta: the JSON Schema shows its bounds; its check takes the value in the request
and returns the value to store. `Annotated[str, text(1, 200)]` is a field.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from msgspec import Meta

from crm_cell.kernel.addresses import is_address, is_plain
from crm_cell.kernel.labels import Label
from crm_cell.kernel.masking import is_masked_email
from crm_cell.kernel.money import CURRENCIES, MAX_CENTS, suggest_currency
from crm_cell.kernel.text import (
    clean,
    clean_lines,
    has_control,
    has_control_except_lines,
    has_excess_marks,
    name_key,
    trim,
    visible,
)

Check = Callable[[Any], Any]

# Digits, separators, and prefixes of an extension.
_PHONE = re.compile(r"\(?\+?([0-9 ()./,;、#-]|ext\.?|x|转|分机)*", re.ASCII | re.IGNORECASE)
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
# Forms that spreadsheets give a number: text after an apostrophe, a formula, a decimal.
_FROM_SPREADSHEET = re.compile(r"""'(?P<text>.*)|="(?P<quoted>[^"]*)"|=(?P<formula>[^"=]*)""")
_WITH_FRACTION = re.compile(r"(\+?[0-9]{7,})\.0+", re.ASCII)
_THREE_DIGITS = re.compile(r"([^0-9]*[0-9]){3}")
# The characters that kernel.text rejects, as a pattern that every JSON Schema validator reads.
CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_CONTROL_BUT_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029"
_NOT_IN_EMAIL = rf"""\s@<>()\[\],;:"\\{CONTROL}"""
_EMAIL = re.compile(rf"[^{_NOT_IN_EMAIL}]+@[^.{_NOT_IN_EMAIL}]+(\.[^.{_NOT_IN_EMAIL}]+)+")
# The forms that kernel.clock parses.
_FEWEST_DIGITS = 3
_BLANKS = " \t\r\n\v\f"
SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_PHONE = 40
_PHONE_MARKS = "[0-9 ()./,;、#-]"
_MASKED_PHONE = re.compile(r"[^*/]{0,3}\*+[^*/]{0,4}(/[^*/]{0,3}\*+[^*/]{0,4})*")
_DIGITS = re.compile(r"-?[0-9]{1,40}")
# RFC 7519 and OpenID Connect limit only the length of a user id.
_LONGEST_USER = 255
OWNER = re.compile(rf"[^{CONTROL}]{{1,{_LONGEST_USER}}}")
# NFC composes at most four characters into one.
_MOST_COMPOSED = 4

CURRENCY_LABEL: Label = ("币种", "Currency")


class InvalidValue(Exception):
    """Raised by a check: the code of the field error and its parameters. `place` is where inside
    the value the fault is, e.g. `[2].width`."""

    def __init__(self, code: str, place: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.place = place
        self.params = params


def text(
    minimum: int, maximum: int, *, lines: bool = False, label: Label | None = None, **schema: Any
) -> Meta:
    """Trimmed, NFC, without control characters; `lines` lets it run over several lines."""
    normalise, controls = (clean_lines, has_control_except_lines) if lines else (clean, has_control)

    def check(value: Any) -> str:
        given = string(value)
        if controls(given.replace("\r", "\n") if lines else given):
            raise InvalidValue("control_character")
        stored = check_length(normalise(_check_size(given, maximum)), minimum, maximum)
        if minimum and not stored.isprintable() and not name_key(stored):
            raise InvalidValue("too_short", limit=minimum)  # only invisible characters
        return stored

    wrong = _CONTROL_BUT_LINES if lines else CONTROL
    seen = rf"[^\s{wrong}]" if minimum else ""
    pattern = f"^[^{wrong}]*{seen}[^{wrong}]*$"
    return as_meta(
        check, label=label, min_length=minimum, max_length=maximum, pattern=pattern, **schema
    )


def phone(
    *,
    from_text: Callable[[str], Any] | None = None,
    description: str | None = None,
    label: Label | None = None,
) -> Meta:
    """A telephone number in any spelling. Full-width digits become ASCII digits."""

    def check(value: Any) -> str:
        given = _check_size(string(value), _LONGEST_PHONE)
        if given.isascii() and given.isdigit() and _FEWEST_DIGITS <= len(given) <= _LONGEST_PHONE:
            return given  # the common case: saves a microsecond per row of an import
        given = clean(visible(unicodedata.normalize("NFKC", given)))
        given = check_length(_as_typed(given), 1, _LONGEST_PHONE)
        if not _PHONE.fullmatch(given) or not _THREE_DIGITS.match(given):
            raise InvalidValue("not_a_phone")
        return given

    digits = f"({_PHONE_MARKS}*[0-9]){{3}}{_PHONE_MARKS}*"
    extension = f"((ext\\.?|x|转|分机){_PHONE_MARKS}*)?"
    pattern = rf"^\(?\+?{digits}{extension}$"
    return as_meta(
        check,
        from_text=from_text,
        label=label,
        min_length=1,
        max_length=_LONGEST_PHONE,
        pattern=pattern,
        examples=["13812345678"],
        description=description,
    )


def restore_plus(value: str) -> str:
    """Undo URL decoding, which turns a leading plus into a space."""
    return "+" + value[1:] if value.startswith(" ") else value


def _as_typed(number: str) -> str:
    """The number as typed, before a spreadsheet changed it."""
    if changed := _FROM_SPREADSHEET.fullmatch(number):
        number = next(filter(None, changed.groups()), "").strip()
    integer = _WITH_FRACTION.fullmatch(number)
    return integer[1] if integer else number


def email(*, description: str | None = None, label: Label | None = None) -> Meta:
    def check(value: Any) -> str:
        given = string(value)
        if is_plain(given):
            return given
        given = check_length(clean(visible(_check_size(given, 254))), 3, 254)
        if not _EMAIL.fullmatch(given) or is_masked_email(given) or not is_address(given):
            raise InvalidValue("not_an_email")
        return given

    pattern = f"^{_EMAIL.pattern}$"
    return as_meta(
        check,
        label=label,
        min_length=3,
        max_length=254,
        pattern=pattern,
        examples=["li.lei@example.com"],
        description=description,
    )


def owner(*, label: Label | None = None) -> Meta:
    """A user id of the identity provider. Ids are compared exactly, so nothing is normalised except
    spaces around it."""

    def check(value: Any) -> str:
        given = string(value).strip(_BLANKS)
        if has_control(given):
            raise InvalidValue("control_character")
        if not is_owner(check_length(given, 1, _LONGEST_USER)):
            raise InvalidValue("malformed")
        return given

    return as_meta(
        check,
        label=label,
        min_length=1,
        max_length=_LONGEST_USER,
        pattern=f"^[^{CONTROL}]+$",
        examples=["alice"],
    )


def owners(most: int, *, label: Label | None = None) -> Meta:
    """User ids, each counted once; none at all is stored as nothing."""
    whole, one = items(0, most).extra, owner().extra
    assert whole is not None and one is not None, "both have a check"

    def check(value: Any) -> str | None:
        given = [one["check"](each) for each in whole["check"](value)]
        return "\n".join(dict.fromkeys(given)) or None

    return as_meta(check, label=label, max_length=most, examples=[["alice"]])


def is_owner(value: str) -> bool:
    """Rejects spaces at the ends, which a header cannot carry, and lone surrogates."""
    if not 0 < len(value) <= _LONGEST_USER or value.strip(_BLANKS) != value:
        return False
    if value.isascii():
        return value.isprintable()
    return not (has_control(value) or SURROGATE.search(value) or has_excess_marks(value))


def reference(*, label: Label | None = None) -> Meta:
    """The id of a record of another resource. Whether it exists is checked later."""

    def check(value: Any) -> str:
        given = check_length(string(value).strip().lower(), 1, 64)
        if has_control(given):  # PostgreSQL rejects NUL in a parameter
            raise InvalidValue("control_character")
        return given

    return as_meta(check, label=label, min_length=1, max_length=64)


def integer(minimum: int, maximum: int, *, label: Label | None = None, **schema: Any) -> Meta:
    """A whole number. `parse_json` has already turned 5.0 into 5."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidValue("type", expected="integer")
        if value < minimum:
            raise InvalidValue("too_small", limit=minimum)
        if value > maximum:
            raise InvalidValue("too_large", limit=maximum)
        return value

    return as_meta(
        check, label=label, from_text=_integer_from_text, ge=minimum, le=maximum, **schema
    )


def _integer_from_text(value: str) -> int | str:
    """Digits of a query parameter; anything else stays text, which the check rejects."""
    return int(value) if _DIGITS.fullmatch(value) else value


def cents(minimum: int = 0, *, label: Label | None = None) -> Meta:
    return integer(minimum, MAX_CENTS, label=label, examples=[1_280_000])


def currency() -> Meta:
    """An ISO 4217 code. The error for a similar text suggests the code."""

    def check(value: Any) -> str:
        given = string(value).strip()
        if given not in CURRENCIES:
            meant = suggest_currency(given)
            text = "not_a_currency" if meant is None else "currency_is_written"
            raise InvalidValue("malformed", text=text, meant=meant)
        return given

    return as_meta(check, label=CURRENCY_LABEL, pattern="^[A-Z]{3}$", examples=["CNY"])


def enum(*allowed: str, label: Label | None = None, **schema: Any) -> Meta:
    def check(value: Any) -> str:
        if string(value) not in allowed:
            raise InvalidValue("not_one_of", allowed=", ".join(allowed))
        return str(value)

    return as_meta(check, label=label, extra_json_schema={"enum": list(allowed)}, **schema)


def option(example: str, *, label: Label | None = None, **schema: Any) -> Meta:
    """The id of an option. Which there are depends on the tenant, so the service checks that."""

    def check(value: Any) -> str:
        given = string(value).strip()
        if not _OPTION.fullmatch(given):
            raise InvalidValue("malformed", text="not_an_option")
        return given

    return as_meta(check, label=label, min_length=1, max_length=64, examples=[example], **schema)


def enums(*allowed: str, label: Label | None = None, **schema: Any) -> Meta:
    """Several of them, between commas."""

    def check(value: Any) -> str:
        names = [name.strip() for name in string(value).split(",")]
        if not set(names) <= set(allowed):
            raise InvalidValue("not_one_of", allowed=", ".join(allowed))
        return ",".join(names)

    one = f"({'|'.join(allowed)})"
    return as_meta(check, label=label, pattern=f"^{one}(,{one})*$", **schema)


def unchanged(most: int, **schema: Any) -> Meta:
    """Text exactly as it was sent, for a parser that reports places in it."""

    def check(value: Any) -> str:
        if len(string(value)) > most:
            raise InvalidValue("too_long", limit=most)
        return str(value)

    return as_meta(check, min_length=1, max_length=most, **schema)


def items(
    minimum: int, maximum: int, of: type | None = None, *, label: Label | None = None
) -> Meta:
    """`of` is the type of the items in the documentation. The domain checks each item."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise InvalidValue("type", expected="array")
        if len(value) < minimum:
            raise InvalidValue("too_few", limit=minimum)
        if len(value) > maximum:
            raise InvalidValue("too_many", limit=maximum)
        return value

    return as_meta(check, of=of, label=label, min_length=minimum, max_length=maximum)


def members(**schema: Any) -> Meta:
    """An object, whose members are checked later."""

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue("type", expected="object")
        return value

    return as_meta(check, **schema)


def boolean(*, label: Label) -> Meta:
    return as_meta(check_boolean, label=label, from_text=boolean_from_text)


def check_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("type", expected="boolean")
    return value


def boolean_from_text(value: str) -> bool | str:
    return {"true": True, "false": False}.get(value, value)


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue("type", expected="string")
    return value


def is_masked_phone(value: Any) -> bool:
    return isinstance(value, str) and _MASKED_PHONE.fullmatch(value) is not None


def _check_size(value: str, maximum: int) -> str:
    """Rejects text whose normalisation would be too expensive, before its length is known."""
    if len(value) > maximum:
        value = trim(value)
    if len(value) > maximum * _MOST_COMPOSED:
        raise InvalidValue("too_long", limit=maximum)
    if has_excess_marks(value):
        raise InvalidValue("malformed")
    return value


def check_plain(value: Any, maximum: int) -> str:
    """Trimmed text on one line, of a form that the caller goes on to check."""
    given = string(value)
    if has_control(given):
        raise InvalidValue("control_character")
    return clean(_check_size(given, maximum))


def check_length(value: str, minimum: int, maximum: int) -> str:
    if len(value) < minimum:
        raise InvalidValue("too_short", limit=minimum)
    if len(value) > maximum:
        raise InvalidValue("too_long", limit=maximum)
    return value


def check_of(meta: Meta) -> Check:
    """The check of a Meta that was made here."""
    check: Check = (meta.extra or {})["check"]
    return check


def as_meta(
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
