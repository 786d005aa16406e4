"""What is remembered of long lists: the nearest of it, none of another state, and not too much."""

import pytest

from crm_cell.storage import page_boundaries
from crm_cell.storage.page_boundaries import Boundaries, Boundary, Known

LIST = ("acme", "customers", "")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Of a list of which every tenth row may be remembered."""
    monkeypatch.setattr(page_boundaries, "_SPACING", 10)
    return Boundaries().of(LIST, 0)


def at(rank: int) -> Boundary:
    return Boundary(rank, f"id-{rank:05}")


def test_at_first_nothing_is_known(known: Known) -> None:
    assert known.around(5) == (None, None)


def test_the_nearest_boundaries_are_found_on_both_sides(known: Known) -> None:
    for rank in (30, 10, 20):
        known.remember(at(rank))
    assert known.around(5) == (None, at(10))
    assert known.around(19) == (at(10), at(20))
    assert known.around(20) == (at(10), at(20))
    assert known.around(21) == (at(20), at(30))
    assert known.around(31) == (at(30), None)


def test_what_lies_close_to_a_boundary_is_not_remembered(known: Known) -> None:
    for rank in (20, 11, 29, 20, 10, 30):
        known.remember(at(rank))
    assert known.around(19) == (at(10), at(20))
    assert known.around(21) == (at(20), at(30))


def test_a_list_that_outgrows_the_memory_is_known_more_coarsely(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_boundaries, "_MOST_OF_A_LIST", 4)
    for rank in (10, 20, 30, 40, 50):
        known.remember(at(rank))
    assert known.around(15) == (at(10), at(30))
    assert known.around(45) == (at(30), at(50))
    known.remember(at(60))
    assert known.around(60) == (at(50), None)
    known.remember(at(70))
    assert known.around(60) == (at(50), at(70))


def test_after_a_move_nothing_is_known_any_more() -> None:
    boundaries = Boundaries()
    boundaries.of(LIST, 1).remember(at(7))
    assert boundaries.of(LIST, 1).around(7) == (None, at(7))
    assert boundaries.of(LIST, 2).around(7) == (None, None)


def test_who_still_reads_an_older_state_leaves_nothing_behind() -> None:
    boundaries = Boundaries()
    older = boundaries.of(LIST, 1)
    boundaries.of(LIST, 2)
    older.remember(at(7))
    assert boundaries.of(LIST, 2).around(7) == (None, None)


def test_lists_are_known_apart() -> None:
    boundaries = Boundaries()
    boundaries.of(LIST, 0).remember(at(7))
    for other in (("globex", *LIST[1:]), ("acme", "contacts", ""), (*LIST[:2], "alice")):
        assert boundaries.of(other, 0).around(7) == (None, None)


def test_the_lists_that_were_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_boundaries, "_MOST_LISTS", 2)
    boundaries = Boundaries()
    first, second, third = [("acme", "customers.owner", owner) for owner in "abc"]
    for key in (first, second):
        boundaries.of(key, 0).remember(at(7))
    boundaries.of(first, 0)
    boundaries.of(third, 0)
    assert boundaries.of(first, 0).around(7) == (None, at(7))
    assert boundaries.of(second, 0).around(7) == (None, None)
