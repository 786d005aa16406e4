"""Masking of telephone numbers and WeChat ids, of which at most half is shown, of birthdays, and of
e-mail addresses, if configured."""

import re
from functools import lru_cache
from typing import Final

from crm_cell.kernel.telephone import MOBILE_LENGTH, Line, is_mobile, lines_of

# Cache size, for the numbers that lists show repeatedly.
_MOST_MASKED = 16_384
_MASKED_EMAIL = re.compile(r"[^@]?\*\*\*@")
# In any spelling: 138 1234 5678, 138-1234-5678, (+86)13812345678.
_GAP = "[ .()-]*"
_MOBILE_WITHIN = re.compile(
    rf"(?<!\d)((?:86{_GAP})?1{_GAP}[3-9]{_GAP}\d)(?:{_GAP}\d){{4}}({_GAP}(?:\d{_GAP}){{3}}\d)(?!\d)",
    re.ASCII,
)


def mask_phone(number: str | None) -> str | None:
    """13812345678 → 138****5678. Other numbers show at most the first three and last four digits.

    Masks the normal form, so that no spelling shows more than another. At most half of its
    characters and half of its digits remain.
    """
    if number is None:
        return None
    # What `is_mobile` asks, without calling it: lists ask for each of their rows.
    if (
        len(number) == MOBILE_LENGTH
        and "13" <= number < "2"
        and number.isascii()
        and number.isdigit()
    ):
        return f"{number[:3]}****{number[7:]}"
    return _masked(number)


@lru_cache(_MOST_MASKED)
def _masked(number: str) -> str:
    lines = lines_of(number)
    return "/".join(map(_masked_line, lines)) if lines else "*" * len(number)


def _masked_line(line: Line) -> str:
    if is_mobile(line.main):
        return f"{line.main[:3]}****{line.main[7:]}"
    return _mask_middle(line.main, line.national // 2)


def _mask_middle(number: str, most_digits: int) -> str:
    for shown in range(min(7, len(number) // 2), 0, -1):
        tail = min(4, (shown + 1) // 2)
        start, end = number[: shown - tail], number[len(number) - tail :]
        if _digits(start) + _digits(end) <= most_digits:
            return start + "*" * (len(number) - shown) + end
    return "*" * len(number)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


class _EmailMasking:
    """Whether e-mail addresses are masked in responses, and in events and the audit log."""

    in_answers = False
    in_records = False


def mask_emails(*, in_answers: bool, in_records: bool) -> None:
    """To call once at start, because responses are cached."""
    _EmailMasking.in_answers, _EmailMasking.in_records = in_answers, in_records


def mask_email(address: str | None) -> str | None:
    """li.lei@example.com → l***@example.com, independent of its length."""
    if address is None:
        return None
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox[:1] if len(mailbox) > 1 else ''}***@{domain}"


def email_in_responses(address: str | None) -> str | None:
    return mask_email(address) if _EmailMasking.in_answers else address


def email_in_records(address: str | None) -> str | None:
    return mask_email(address) if _EmailMasking.in_records else address


def is_masked_email(address: str) -> bool:
    """Whether responses mask addresses and this one has the masked form."""
    return _EmailMasking.in_answers and _MASKED_EMAIL.match(address) is not None


def has_masked_form(address: object) -> bool:
    """Whether an address looks masked, by this service or another one."""
    return isinstance(address, str) and _MASKED_EMAIL.match(address.strip()) is not None


MASKED_BIRTHDAY: Final = "****-**-**"
_MASKED_WECHAT = re.compile(r".?\*{3,}.{0,4}")
_FEWEST_SHOWN = 6


def mask_wechat(account: str | None) -> str | None:
    """lilei_88 → l***8, independent of its length; a number as a telephone number."""
    if account is None:
        return None
    if is_mobile(account):
        return mask_phone(account)
    return f"{account[0]}***{account[-1]}" if len(account) >= _FEWEST_SHOWN else "***"


def mask_birthday(day: str | None) -> str | None:
    """Nothing of it: the year tells the age, the rest is congratulated on."""
    return None if day is None else MASKED_BIRTHDAY


def is_masked_wechat(account: object) -> bool:
    return isinstance(account, str) and (
        _MASKED_WECHAT.fullmatch(account) is not None or "****" in account
    )


def is_masked_birthday(day: object) -> bool:
    return day == MASKED_BIRTHDAY


def mask_user(user: str) -> str:
    """A user id for the log, with e-mail addresses and mobile numbers masked."""
    if "@" in user:
        return f"{user[0]}***@{user.rpartition('@')[2]}"
    return _MOBILE_WITHIN.sub(r"\1****\2", user)
