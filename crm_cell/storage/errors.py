"""What a database can say no with, whichever database it is."""

from crm_cell.kernel.errors import RateLimited, Unavailable


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


class CannotOpen(Unavailable):
    """The database cannot be used as it is; `reason` says why to whoever runs the service."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
