"""Errors of commands: one line on standard error, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

FAILED = 1
MISUSED = 2
"""The command or a setting is wrong, so a retry fails too."""


_HELD = "another process holds the database: try again later"
_BUSY = "the database is too busy: try again later"
_SILENT = "the database does not answer: try again later"


class CommandError(Exception):
    def __init__(self, text: str, exit_code: int = FAILED) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@contextmanager
def report_errors() -> Iterator[None]:
    """Turns expected errors into a CommandError. Other exceptions keep their traceback."""
    from crm_cell.encryption.key_source import InvalidKey
    from crm_cell.kernel.errors import RateLimited, Unavailable
    from crm_cell.resources.importing.files.content import UnreadableFile
    from crm_cell.settings import SettingsError
    from crm_cell.storage.errors import CannotOpen, FileHeld

    try:
        yield
    except SettingsError as error:
        raise CommandError(str(error), MISUSED) from error
    except InvalidKey as error:
        raise CommandError(str(error), MISUSED) from error
    except UnreadableFile as error:
        raise CommandError(error.with_file("en", "--encoding"), MISUSED) from error
    except CannotOpen as error:
        raise CommandError(error.reason) from error
    except FileHeld as error:
        raise CommandError(_HELD) from error
    except RateLimited as error:
        raise CommandError(_BUSY) from error
    except Unavailable as error:
        cause = str(error.__cause__ or "")
        raise CommandError(f"the database failed: {cause}" if cause else _SILENT) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise CommandError(f"{error.filename}: {error.strerror}") from error
