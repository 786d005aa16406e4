"""What a command says when it cannot go on: one line that a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

FAILED = 1
MISUSED = 2
"""The command or a setting is wrong: the same again will fail again."""


_HELD = "another process holds the database: try again later"


class Complaint(Exception):
    def __init__(self, text: str, exit_code: int = FAILED) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@contextmanager
def told() -> Iterator[None]:
    """Turns what is expected to go wrong into a Complaint; a bug keeps its traceback."""
    from crm_cell.kernel.errors import Unavailable
    from crm_cell.secrets.sources import KeyRefused
    from crm_cell.settings import SettingsError
    from crm_cell.storage.errors import CannotOpen

    try:
        yield
    except SettingsError as error:
        raise Complaint(str(error), MISUSED) from error
    except KeyRefused as error:
        raise Complaint(str(error), MISUSED) from error
    except CannotOpen as error:
        raise Complaint(error.reason) from error
    except Unavailable as error:
        why = f"the database failed: {error.__cause__}" if error.__cause__ else _HELD
        raise Complaint(why) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise Complaint(f"{error.filename}: {error.strerror}") from error
