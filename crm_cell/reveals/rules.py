"""The reason of a reveal, without what was revealed."""

import re
import unicodedata
from collections.abc import Iterable

from crm_cell.kernel.telephone import lines_of

_REMOVED = "***"
# Digits with the marks that people write between them, in any script.
_NUMBER = re.compile(r"\+?[\d(][\d\s()./\-–—]*\d")
# Fewer digits in common are a room or a time of day, not a telephone number.
_FEWEST_DIGITS = 7


def without_contact_details(reason: str, phones: Iterable[str], emails: Iterable[str]) -> str:
    """A record that a number was seen must not be where it is seen next, however it is written."""
    for email in emails:
        reason = re.sub(re.escape(email), _REMOVED, reason, flags=re.IGNORECASE)
    lines = {_digits(line.main) for phone in phones for line in lines_of(phone)}

    def remove(found: re.Match[str]) -> str:
        digits = _digits(found[0])
        return _REMOVED if any(_is_line(digits, line) for line in lines) else found[0]

    reason = _NUMBER.sub(remove, reason)
    for phone in phones:
        reason = reason.replace(phone, _REMOVED)
    return reason


def _is_line(digits: str, line: str) -> bool:
    """Whether they are the same line, with or without the codes that spellings may leave out."""
    shorter, longer = sorted((digits, line), key=len)
    return len(shorter) >= _FEWEST_DIGITS and longer.endswith(shorter.lstrip("0"))


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdecimal())
