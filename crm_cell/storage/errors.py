"""What a database can say no with, whichever database it is."""

from crm_cell.kernel.errors import RateLimited, Unavailable

HALF_MOVED = "only a part of it is there: the same crm-cell move again brings the rest"
"""Why a database is not served that a move has not come to the end of."""


class UniqueViolation(Exception):
    """Two rows cannot both have this; `constraint` is the index's name in the migrations."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Locked(RateLimited):
    """Somebody else has held a row, or an uncommitted key, for too long."""


class TakesLong(Exception):
    """A unit finds that it has more to do than others may be held up for. The engine runs it again,
    from the beginning, where it holds up nobody."""


class FileHeld(Unavailable):
    """Another process has held the file's lock for too long."""


class CannotOpen(Unavailable):
    """The database cannot be used as it is; `reason` says why to whoever runs the service."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
