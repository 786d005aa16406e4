"""Removes revealed contact details from the reason of a reveal."""

import re
import unicodedata
from collections.abc import Iterable

from crm_cell.kernel.telephone import lines_of

_REMOVED = "***"
# Digits of any script, with separators.
_NUMBER = re.compile(r"\+?[\d(][\d\s()./\-–—]*\d")
# Shorter matches are rather rooms or times than telephone numbers.
_FEWEST_DIGITS = 7


def without_contact_details(reason: str, phones: Iterable[str], others: Iterable[str]) -> str:
    """Redacts numbers in any spelling and other values as they are, because the audit log must not
    show them unmasked."""
    for other in others:
        reason = re.sub(re.escape(other), _REMOVED, reason, flags=re.IGNORECASE)
    lines = {_digits(line.main) for phone in phones for line in lines_of(phone)}

    def remove(found: re.Match[str]) -> str:
        digits = _digits(found[0])
        return _REMOVED if any(_is_line(digits, line) for line in lines) else found[0]

    reason = _NUMBER.sub(remove, reason)
    for phone in phones:
        reason = reason.replace(phone, _REMOVED)
    return reason


def _is_line(digits: str, line: str) -> bool:
    """Whether they are the same number, with or without optional prefixes."""
    shorter, longer = sorted((digits, line), key=len)
    return len(shorter) >= _FEWEST_DIGITS and longer.endswith(shorter.lstrip("0"))


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdecimal())
