"""The normal form of telephone numbers: one form for each line, however people write it.

A number of the home region is in its national form, digits alone; any other is in E.164. So most
numbers are in their normal form as they are typed.
"""

import re
from functools import lru_cache

import msgspec

HOME = "CN"
_HOME_CODE = 86
_MOST_LINES = 16_384
_MOBILE_LENGTH = 11
_FEWEST_OF_A_LINE = 7
_BETWEEN_LINES = re.compile(r"[/、,;]")
_EXTENSION = re.compile(r"ext\.?|x|#|转|分机", re.IGNORECASE)


class Line(msgspec.Struct, frozen=True):
    main: str
    """The number, without its extension."""
    extension: str
    national: int
    """How many digits it has without the codes that spellings may leave out."""


def is_mobile(number: str) -> bool:
    """A mainland mobile as nearly all are written: asked without a pattern, for each row of a
    list."""
    return (
        len(number) == _MOBILE_LENGTH
        and "13" <= number < "2"
        and number.isascii()
        and number.isdigit()
    )


@lru_cache(_MOST_LINES)
def lines_of(text: str) -> tuple[Line, ...]:
    """All numbers in one cell: 13812345678/13987654321 are two, none where there is no digit."""
    parts = _parts(_BETWEEN_LINES.split(text))
    if len(parts) == 1:
        words = text.split()
        if len(words) > 1 and all(_size(word) >= _MOBILE_LENGTH for word in words):
            parts = words  # two whole numbers with a blank between
    return tuple(_line(part) for part in parts if _size(part))


def _parts(pieces: list[str]) -> list[str]:
    """What is too short for a number belongs to the number before it, the first to the next."""
    parts: list[str] = []
    for piece in pieces:
        if not parts:
            parts.append(piece)
        elif _size(parts[-1]) < _FEWEST_OF_A_LINE:
            parts[-1] += piece
        elif _size(piece) < _FEWEST_OF_A_LINE:
            parts[-1] += "#" + piece
        else:
            parts.append(piece)
    return parts


def _line(text: str) -> Line:
    main, *extensions = _EXTENSION.split(text)
    if not _size(main):
        main, extensions = text, []
    digits, extension = _digits(main), "".join(map(_digits, extensions))
    plus = "+" * main.lstrip(" (").startswith("+")
    if not plus and is_mobile(digits):
        return Line(digits, extension, len(digits))
    normal, national = _parsed(plus + digits) or (digits, len(digits))
    return Line(normal, extension, national)


def _parsed(number: str) -> tuple[str, int] | None:
    """None for what is no number of any country."""
    # Imported here because it costs 50 ms, and most services meet mainland mobiles only.
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
    """In ASCII, whatever the script."""
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _size(text: str) -> int:
    return sum(map(str.isdecimal, text))
