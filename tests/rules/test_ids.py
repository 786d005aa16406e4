"""UUIDv7: in order, however many are made in a millisecond."""

import uuid

import pytest

from crm_cell.kernel.ids import IdMaker, is_id, lowest_at, new_id, time_of

NOW = 1_795_400_760_123


def test_an_id_is_a_uuid_of_version_7_with_its_time() -> None:
    made = new_id(NOW)
    parsed = uuid.UUID(made)
    assert (str(parsed), parsed.version, parsed.variant) == (made, 7, uuid.RFC_4122)
    assert (is_id(made), time_of(made)) == (True, NOW)


def test_ids_of_one_millisecond_rise_and_never_repeat() -> None:
    make = IdMaker().make
    made = [make(NOW) for _ in range(50_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {time_of(each) for each in made} == {NOW}


def test_ids_made_together_and_one_by_one_rise_and_never_repeat() -> None:
    maker = IdMaker()
    made: list[str] = []
    for many in (0, 1, 2, 99, 100, 101, 2_000, 3):
        together = maker.make_many(NOW, many)
        assert len(together) == many
        made += [*together, maker.make(NOW)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(map(is_id, made))
    assert {time_of(each) for each in made} == {NOW}


def test_ids_of_later_milliseconds_are_greater() -> None:
    make = IdMaker().make
    made = [make(NOW + step // 10) for step in range(1_000)]
    assert made == sorted(made)


def test_two_makers_do_not_make_the_same_id() -> None:
    one, other = IdMaker().make, IdMaker().make
    assert len({make(NOW) for make in (one, other) for _ in range(5_000)}) == 10_000


@pytest.mark.parametrize("milliseconds", [0, 1, NOW, 2**48 - 1])
def test_the_lowest_of_a_millisecond_is_not_above_any_of_it(milliseconds: int) -> None:
    lowest, made = lowest_at(milliseconds), IdMaker().make(milliseconds)
    assert lowest <= made
    assert (is_id(lowest), time_of(lowest)) == (True, milliseconds)
    assert made < lowest_at(milliseconds + 1) or milliseconds == 2**48 - 1


def test_times_outside_what_an_id_can_hold_are_its_ends() -> None:
    assert lowest_at(-5) == lowest_at(0)
    assert lowest_at(2**60) == lowest_at(2**48 - 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c1",
        "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c111",
        "01939e2f-5c5b-4c1d-8a52-6d3b0f6f3c11",
        "01939e2f-5c5b-7c1d-7a52-6d3b0f6f3c11",
        "01939E2F-5C5B-7C1D-8A52-6D3B0F6F3C11",
        "01939e2f5c5b7c1d8a526d3b0f6f3c11",
        "{01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11}",
        "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11\n",
        "０1939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11",
    ],
)
def test_what_is_no_id_is_not_taken_for_one(text: str) -> None:
    assert not is_id(text)
