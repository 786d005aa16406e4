"""Following the feed takes knowing when all that was committed has its number."""

import pytest

from tests.changes import following
from tests.world import Running


@pytest.fixture(autouse=True)
def numbers_are_looked_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "cell" in request.fixturenames:
        cell: Running = request.getfixturevalue("cell")
        sql = "SELECT 1 FROM events WHERE change_no IS NULL LIMIT 1"
        monkeypatch.setattr(following, "has_unnumbered", lambda: bool(cell.rows(sql)))
