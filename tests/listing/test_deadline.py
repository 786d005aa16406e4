"""A list that reads too much is refused with what to narrow, and the service goes on."""

import pytest

from crm_cell.resources.listing import reading
from tests.world import Caller, refused


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No statement has any time."""
    monkeypatch.setattr(reading, "DEADLINE_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("query", "stated"),
    [
        ({"filter": "status = 1"}, "status ="),
        ({"filter": 'name ^= "云" and status != 1'}, "status !="),
        ({"filter": 'name ^= "云"', "sort": "status"}, "sort=status"),
        ({"sort": "-status"}, "sort=-status"),
        ({"filter": 'name ^= "云"'}, "name ^="),
    ],
)
async def test_the_condition_without_an_index_is_named(
    query: dict[str, str], stated: str, acme: Caller
) -> None:
    answer = await acme.send("GET", "/customers", params=query, headers={"Accept-Language": "en"})
    body = refused(answer, 400, "QUERY_TOO_BROAD")
    assert body["message"] == f"The query reads too much: narrow {stated}"


async def test_other_lists_are_answered_all_the_while(acme: Caller) -> None:
    refused(await acme.get("/customers", filter="status = 1"), 400, "QUERY_TOO_BROAD")
    assert (await acme.get("/customers")).status_code == 200
