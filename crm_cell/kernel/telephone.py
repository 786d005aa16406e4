"""The normal form of telephone numbers, independent of spelling.

Numbers of the home region have their national form, digits only; others have E.164. So most numbers
are in normal form as typed.
"""

import re
from functools import lru_cache

import msgspec

HOME = "CN"
_HOME_CODE = 86
_MOST_LINES = 16_384
MOBILE_LENGTH = 11
_FEWEST_OF_A_LINE = 7
_BETWEEN_LINES = re.compile(r"[/、,;]")
_EXTENSION = re.compile(r"ext\.?|x|#|转|分机", re.IGNORECASE)


class Line(msgspec.Struct, frozen=True):
    main: str
    """The number, without its extension."""
    extension: str
    national: int
    """Number of digits without optional prefixes."""


def is_mobile(number: str) -> bool:
    """Whether this is a mainland mobile number in its usual spelling. Without a regular expression,
    because lists call it for each row."""
    return (
        len(number) == MOBILE_LENGTH
        and "13" <= number < "2"
        and number.isascii()
        and number.isdigit()
    )


@lru_cache(_MOST_LINES)
def lines_of(text: str) -> tuple[Line, ...]:
    """All numbers in a text: 13812345678/13987654321 has two, a text without digits none."""
    if text.startswith("+86") and is_mobile(text[3:]):  # in a thirtieth of the time
        return (Line(text[3:], "", MOBILE_LENGTH),)
    parts = _parts(_BETWEEN_LINES.split(text))
    if len(parts) == 1:
        words = text.split()
        if len(words) > 1 and all(_digit_count(word) >= MOBILE_LENGTH for word in words):
            parts = words  # two complete numbers, separated by a space
    return tuple(_line(part) for part in parts if _digit_count(part))


def _parts(pieces: list[str]) -> list[str]:
    """Joins a part that is too short for a number to the one before it, the first to the next."""
    parts: list[str] = []
    for piece in pieces:
        if not parts:
            parts.append(piece)
        elif _digit_count(parts[-1]) < _FEWEST_OF_A_LINE:
            parts[-1] += piece
        elif _digit_count(piece) < _FEWEST_OF_A_LINE:
            parts[-1] += "#" + piece
        else:
            parts.append(piece)
    return parts


def _line(text: str) -> Line:
    main, *extensions = _EXTENSION.split(text)
    if not _digit_count(main):
        main, extensions = text, []
    digits, extension = _digits(main), "".join(map(_digits, extensions))
    plus = "+" * main.lstrip(" (").startswith("+")
    if not plus and is_mobile(digits):
        return Line(digits, extension, len(digits))
    if plus and digits.startswith("86") and is_mobile(digits[2:]):  # a full parse takes 250 µs
        return Line(digits[2:], extension, MOBILE_LENGTH)
    normal, national = _parsed(plus + digits) or (digits, len(digits))
    return Line(normal, extension, national)


def _parsed(number: str) -> tuple[str, int] | None:
    """Normal form and `national` of a number; None for a number of no country."""
    # Imported here because the import takes 50 ms, and most processes see mainland mobiles only.
    import phonenumbers

    try:
        found = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    home = found.country_code == _HOME_CODE
    kind = phonenumbers.PhoneNumberFormat
    form = phonenumbers.format_number(found, kind.NATIONAL if home else kind.E164)
    national = phonenumbers.national_significant_number(found)
    return _digits(form) if home else form, len(national)


def _digits(text: str) -> str:
    """The digits of any script, in ASCII."""
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _digit_count(text: str) -> int:
    return sum(map(str.isdecimal, text))
