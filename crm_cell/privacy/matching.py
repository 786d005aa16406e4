"""Compares stored phone numbers and email addresses with a wanted one: same, similar or neither.

It compares the values themselves and not their search keys: one field may contain several numbers,
and values from earlier releases may have other keys.
"""

import unicodedata
from collections.abc import Callable
from enum import Enum

from crm_cell.kernel.telephone import lines_of
from crm_cell.kernel.text import visible


class Match(Enum):
    SAME = "same"
    SIMILAR = "similar"
    """A person has to decide."""


# The length of most subscriber numbers without country and area codes.
_LAST_DIGITS = 8

Matching = Callable[[str], Match | None]


def matching_phone(wanted: str) -> Matching:
    """Compares each number in a field. A number with another extension is similar."""
    lines = {(line.main, line.extension) for line in lines_of(wanted)}
    ends = {main[-_LAST_DIGITS:] for main, _ in lines}

    def match(stored: str) -> Match | None:
        found = {(line.main, line.extension) for line in lines_of(stored)}
        if lines & found:
            return Match.SAME
        similar = any(main[-_LAST_DIGITS:] in ends for main, _ in found)
        return Match.SIMILAR if similar else None

    return match


def matching_email(wanted: str) -> Matching:
    """Ignores case and invisible characters. An address with other dots or +tags, which many
    servers ignore, is similar."""
    address, mailbox = _address(wanted), _mailbox(_address(wanted))

    def match(stored: str) -> Match | None:
        found = _address(stored)
        if found == address:
            return Match.SAME
        return Match.SIMILAR if _mailbox(found) == mailbox else None

    return match


def _address(text: str) -> str:
    name, _, domain = visible(unicodedata.normalize("NFKC", text)).strip().rpartition("@")
    return f"{name}@{_readable(domain)}".casefold()


def _readable(domain: str) -> str:
    """The Unicode form of a domain, e.g. 例子.中国 for its ASCII form."""
    if "xn--" not in domain.casefold():
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _mailbox(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{domain}"
