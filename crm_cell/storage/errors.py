"""Errors that every database engine raises."""

from crm_cell.kernel.errors import RateLimited, Unavailable

UNFINISHED_TRANSFER = "its transfer is unfinished: run the same crm-cell move again"
"""The reason for which the service refuses a database with an unfinished transfer."""


class UniqueViolation(Exception):
    """A unique index refused a row. `constraint` is the index's name in the migrations."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Locked(RateLimited):
    """Another transaction has held a row, or an uncommitted key, for too long."""


class TakesLong(Exception):
    """A unit would delay other requests for too long. The engine runs it again from the beginning,
    outside the event loop."""


class TooSlow(Exception):
    """A statement was stopped, because it took longer than it was given."""


class FileHeld(Unavailable):
    """Another process has held the file's lock for too long."""


class CannotOpen(Unavailable):
    """The database cannot be used as it is; `reason` tells the operator why."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
