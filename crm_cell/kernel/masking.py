"""Hiding most of a phone number: what leaves the service never shows more than half of one. And
most of an e-mail address, where that is wanted."""

import re
from functools import lru_cache

from crm_cell.kernel.telephone import Line, is_mobile, lines_of

# Of the numbers that lists show again and again.
_MOST_MASKED = 16_384
_MASKED_EMAIL = re.compile(r"[^@]?\*\*\*@")
# However it is written: 138 1234 5678, 138-1234-5678, (+86)13812345678.
_GAP = "[ .()-]*"
_MOBILE_WITHIN = re.compile(
    rf"(?<!\d)((?:86{_GAP})?1{_GAP}[3-9]{_GAP}\d)(?:{_GAP}\d){{4}}({_GAP}(?:\d{_GAP}){{3}}\d)(?!\d)",
    re.ASCII,
)


def mask_phone(number: str | None) -> str | None:
    """13812345678 → 138****5678; of other numbers at most the first three and last four.

    It is the normal form that is masked, so that no spelling shows more than another. No more than
    half of its characters and half of its digits stay.
    """
    if number is None:
        return None
    if is_mobile(number):
        return f"{number[:3]}****{number[7:]}"
    return _masked(number)


@lru_cache(_MOST_MASKED)
def _masked(number: str) -> str:
    lines = lines_of(number)
    return "/".join(map(_masked_line, lines)) if lines else "*" * len(number)


def _masked_line(line: Line) -> str:
    if is_mobile(line.main):
        return f"{line.main[:3]}****{line.main[7:]}"
    return _hidden(line.main, line.national // 2)


def _hidden(number: str, most_digits: int) -> str:
    for shown in range(min(7, len(number) // 2), 0, -1):
        tail = min(4, (shown + 1) // 2)
        start, end = number[: shown - tail], number[len(number) - tail :]
        if _digits(start) + _digits(end) <= most_digits:
            return start + "*" * (len(number) - shown) + end
    return "*" * len(number)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


class _Wanted:
    """Whether addresses are masked in answers, and in what is kept of what happened."""

    in_answers = False
    in_records = False


def mask_emails(*, in_answers: bool, in_records: bool) -> None:
    """Called once, before anything is shown: what was shown may be kept and shown again."""
    _Wanted.in_answers, _Wanted.in_records = in_answers, in_records


def mask_email(address: str | None) -> str | None:
    """li.lei@example.com → l***@example.com, however long it is."""
    if address is None:
        return None
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox[:1] if len(mailbox) > 1 else ''}***@{domain}"


def answered_email(address: str | None) -> str | None:
    return mask_email(address) if _Wanted.in_answers else address


def recorded_email(address: str | None) -> str | None:
    return mask_email(address) if _Wanted.in_records else address


def is_masked_email(address: str) -> bool:
    """Whether it has the form that answers show, where they show that form."""
    return _Wanted.in_answers and _MASKED_EMAIL.match(address) is not None


def has_masked_form(address: object) -> bool:
    """Whether an address looks as masked ones do, of this service or of another."""
    return isinstance(address, str) and _MASKED_EMAIL.match(address.strip()) is not None


def mask_user(user: str) -> str:
    """A user id as it may stand in a log: an address or a mobile number in it is masked."""
    if "@" in user:
        return f"{user[0]}***@{user.rpartition('@')[2]}"
    return _MOBILE_WITHIN.sub(r"\1****\2", user)
