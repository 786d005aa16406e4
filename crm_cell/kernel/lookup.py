"""Search keys of telephone numbers and e-mail addresses: equal if they mean the same."""

import re

from crm_cell.kernel.telephone import is_mobile, lines_of

_NO_DIGIT = re.compile(r"[^0-9]")
_HOME_PREFIXES = ("+86", "86", "0086", "+860", "860", "00860")


def phone_key(number: str) -> str:
    """The normal form: 138 1234 5678 and +86 138-1234-5678 both become 13812345678.

    The digits of an extension follow. Of several numbers in one text, the first counts.
    """
    if is_mobile(number):
        return number
    lines = lines_of(number)
    return lines[0].main + lines[0].extension if lines else ""


def earlier_phone_keys(number: str) -> list[str]:
    """The keys that this number may have in rows written by an earlier release, which used the
    digits as typed."""
    key = phone_key(number)
    if key.startswith("+"):
        found = {key[1:], f"00{key[1:]}"}
    else:
        national = key.removeprefix("0")
        found = {f"{prefix}{national}" for prefix in _HOME_PREFIXES} | {national}
    return sorted((found | {_digits_as_typed(number)}) - {key})


def email_key(address: str) -> str:
    """Ignores case, as mail servers do in practice."""
    return address.casefold()


def no_earlier_keys(_address: str) -> list[str]:
    return []


def _digits_as_typed(number: str) -> str:
    return "+" * number.startswith("+") + _NO_DIGIT.sub("", number)
