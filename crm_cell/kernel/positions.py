"""Places in a merged list: one order for what is sorted by its id and for what is sorted by a time.

A place is an id, or has the form of one: the time at which something happened, with the rest of the
record's id. Ids begin with the time of their creation, so both kinds compare as text.
"""

from typing import Final

from crm_cell.kernel.ids import lowest_at, time_of

HEAD: Final = 14
"""Characters of the time in an id, up to the second hyphen."""
END: Final = "ffffffff-ffff-7fff-bfff-ffffffffffff"
"""Behind all that can happen."""


def position(at: int, identifier: str) -> str:
    return lowest_at(at)[:HEAD] + identifier[HEAD:]


def parts_of(place: str) -> tuple[int, str]:
    """The time, and the rest."""
    return time_of(place), place[HEAD:]
