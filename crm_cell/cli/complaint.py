"""What a command says when it cannot go on: one line that a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

FAILED = 1
MISUSED = 2
"""The command or a setting is wrong: the same again will fail again."""


_HELD = "another process holds the database: try again later"
_BUSY = "the database is too busy: try again later"
_SILENT = "the database does not answer: try again later"


class Complaint(Exception):
    def __init__(self, text: str, exit_code: int = FAILED) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@contextmanager
def told() -> Iterator[None]:
    """Turns what is expected to go wrong into a Complaint; a bug keeps its traceback."""
    from crm_cell.kernel.errors import RateLimited, Unavailable
    from crm_cell.secrets.sources import KeyRefused
    from crm_cell.settings import SettingsError
    from crm_cell.storage.errors import CannotOpen, FileHeld

    try:
        yield
    except SettingsError as error:
        raise Complaint(str(error), MISUSED) from error
    except KeyRefused as error:
        raise Complaint(str(error), MISUSED) from error
    except CannotOpen as error:
        raise Complaint(error.reason) from error
    except FileHeld as error:
        raise Complaint(_HELD) from error
    except RateLimited as error:
        raise Complaint(_BUSY) from error
    except Unavailable as error:
        cause = str(error.__cause__ or "")
        raise Complaint(f"the database failed: {cause}" if cause else _SILENT) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise Complaint(f"{error.filename}: {error.strerror}") from error
