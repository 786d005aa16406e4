"""What is remembered of long lists: the nearest of it, none of another state, and not too much."""

import pytest

from crm_cell.storage.paging import rank_index
from crm_cell.storage.paging.rank_index import Boundary, Known, RankIndex

LIST = ("acme", "customers", "")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Of a list of which every tenth row may be remembered."""
    monkeypatch.setattr(rank_index, "_SPACING", 10)
    return RankIndex().of(LIST, 0)


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
    monkeypatch.setattr(rank_index, "_MOST_OF_A_LIST", 4)
    for rank in (10, 20, 30, 40, 50):
        known.remember(at(rank))
    assert known.around(15) == (at(10), at(30))
    assert known.around(45) == (at(30), at(50))
    known.remember(at(60))
    assert known.around(60) == (at(50), None)
    known.remember(at(70))
    assert known.around(60) == (at(50), at(70))


def test_after_a_move_nothing_is_known_any_more() -> None:
    ranks = RankIndex()
    ranks.of(LIST, 1).remember(at(7))
    assert ranks.of(LIST, 1).around(7) == (None, at(7))
    assert ranks.of(LIST, 2).around(7) == (None, None)


def test_who_still_reads_an_older_state_leaves_nothing_behind() -> None:
    ranks = RankIndex()
    older = ranks.of(LIST, 1)
    ranks.of(LIST, 2)
    older.remember(at(7))
    assert ranks.of(LIST, 2).around(7) == (None, None)


def test_lists_are_known_apart() -> None:
    ranks = RankIndex()
    ranks.of(LIST, 0).remember(at(7))
    for other in (("globex", *LIST[1:]), ("acme", "contacts", ""), (*LIST[:2], "alice")):
        assert ranks.of(other, 0).around(7) == (None, None)


def test_the_lists_that_were_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_index, "_MOST_LISTS", 2)
    ranks = RankIndex()
    first, second, third = [("acme", "customers.owner", owner) for owner in "abc"]
    for key in (first, second):
        ranks.of(key, 0).remember(at(7))
    ranks.of(first, 0)
    ranks.of(third, 0)
    assert ranks.of(first, 0).around(7) == (None, at(7))
    assert ranks.of(second, 0).around(7) == (None, None)
