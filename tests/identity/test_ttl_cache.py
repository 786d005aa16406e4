"""What is remembered, for how long, and how much of it."""

import pytest

from crm_cell.identity.ttl_cache import TtlCache


@pytest.fixture
def kept() -> TtlCache[str]:
    return TtlCache(3)


def test_each_thing_is_kept_until_its_own_moment(kept: TtlCache[str]) -> None:
    kept.put(b"a", "A", 10, 20)
    kept.put(b"b", "B", 10, 12)
    assert [kept.get(b"a", now) for now in (10, 15, 19.9)] == ["A"] * 3
    assert [kept.get(b"b", now) for now in (11.9, 12, 11)] == ["B", None, None]
    assert (kept.get(b"a", 20), len(kept)) == (None, 0)


def test_a_clock_that_is_put_back_makes_nothing_last_longer(kept: TtlCache[str]) -> None:
    kept.put(b"a", "A", 10, 20)
    assert kept.get(b"a", 9.9) is None
    assert kept.get(b"a", 10) is None


def test_what_is_over_already_is_not_kept(kept: TtlCache[str]) -> None:
    kept.put(b"a", "A", 10, 10)
    kept.put(b"b", "B", 10, 9)
    assert len(kept) == 0


def test_the_longest_unused_goes_first(kept: TtlCache[str]) -> None:
    for name in (b"a", b"b", b"c"):
        kept.put(name, name.decode(), 0, 100)
    assert kept.get(b"a", 1) == "a"
    kept.put(b"d", "d", 1, 100)
    assert [kept.get(name, 2) for name in (b"a", b"b", b"c", b"d")] == ["a", None, "c", "d"]
    kept.put(b"c", "C", 2, 100)
    assert (len(kept), kept.get(b"c", 3)) == (3, "C")
