"""Whether a stored number or address is the one that is sought, or only similar to it.

The values themselves are compared, not their keys in the database: several numbers may stand in one
member, and what an earlier release stored may have another key.
"""

import unicodedata
from collections.abc import Callable
from enum import Enum

from crm_cell.kernel.telephone import lines_of
from crm_cell.kernel.text import visible


class Match(Enum):
    SAME = "same"
    SIMILAR = "similar"
    """Somebody should look at it."""


# As many as most subscribers' numbers have, without codes of countries and cities.
_LAST_DIGITS = 8

Matching = Callable[[str], Match | None]


def matching_phone(sought: str) -> Matching:
    """Any number of a member may be the one; an extension makes it a similar one."""
    lines = {(line.main, line.extension) for line in lines_of(sought)}
    ends = {main[-_LAST_DIGITS:] for main, _ in lines}

    def match(stored: str) -> Match | None:
        found = {(line.main, line.extension) for line in lines_of(stored)}
        if lines & found:
            return Match.SAME
        similar = any(main[-_LAST_DIGITS:] in ends for main, _ in found)
        return Match.SIMILAR if similar else None

    return match


def matching_email(sought: str) -> Matching:
    """Capitals and invisible characters make no difference; dots and +tags, which many servers
    ignore, make a similar one."""
    address, mailbox = _address(sought), _mailbox(_address(sought))

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
    """例子.中国, where its ASCII form was typed."""
    if "xn--" not in domain.casefold():
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _mailbox(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{domain}"
