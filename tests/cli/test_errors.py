"""What a command says of a database that it cannot use."""

import pytest

from crm_cell.cli.errors import CommandError, report_errors
from crm_cell.kernel.errors import CrmError, RateLimited, Unavailable
from crm_cell.storage.errors import FileHeld, Locked


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileHeld(), "another process holds the database: try again later"),
        (Unavailable(), "the database does not answer: try again later"),
        (RateLimited(), "the database is too busy: try again later"),
        (Locked(), "the database is too busy: try again later"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_another_process_is_blamed_for_a_file_only(error: CrmError, text: str) -> None:
    with pytest.raises(CommandError) as complaint, report_errors():
        raise error
    assert str(complaint.value) == text


@pytest.mark.parametrize(("cause", "text"), [("w2:5432 is away", ": w2:5432 is away"), ("", None)])
def test_what_is_away_is_said(cause: str, text: str | None) -> None:
    with pytest.raises(CommandError) as complaint, report_errors():
        raise Unavailable from TimeoutError(cause)
    silent = "the database does not answer: try again later"
    assert str(complaint.value) == (f"the database failed{text}" if text else silent)
