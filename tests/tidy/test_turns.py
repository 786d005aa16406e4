"""Which cases of the tests `make test` runs: none is lost, and both databases are always used."""

from typing import Any

import msgspec

from tests.turns import DATABASES, _values, in_turn


class Callspec(msgspec.Struct):
    _idlist: list[str]


class Item(msgspec.Struct):
    """A test as pytest collects it, as far as its turn depends on it."""

    nodeid: str
    callspec: Callspec
    marks: tuple[str, ...] = ()

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.marks else None


def items(test: str, *cases: str, marks: tuple[str, ...] = ()) -> list[Any]:
    values = [[database, case] for case in cases for database in DATABASES]
    return [
        Item(f"{test}[{'-'.join(each)}]", Callspec([part for part in each if part]), marks)
        for each in values
    ]


def run(collected: list[Any]) -> set[str]:
    """The values that those of them run with whose turn it is."""
    found, others = in_turn(collected)
    assert len(found) + len(others) == len(collected)
    return {"-".join(_values(item)) for item in found}


def test_a_test_with_one_case_runs_on_both_databases() -> None:
    assert run(items("one", "")) == {"sqlite", "postgres"}


def test_each_of_several_cases_runs_on_one_database_and_both_are_used() -> None:
    for name in ("first", "second", "third"):
        ran = [each.split("-") for each in sorted(run(items(name, "a", "b", "c")))]
        assert sorted(case for _, case in ran) == ["a", "b", "c"]
        assert {database for database, _ in ran} == {"sqlite", "postgres"}


def test_what_no_database_decides_runs_on_one_of_them() -> None:
    assert len(run(items("headers", "", marks=("one_database",)))) == 1


def test_what_the_database_decides_runs_with_each_case_on_both() -> None:
    assert len(run(items("search", "a", "b", marks=("each_database",)))) == 4


def test_what_is_for_soak_does_not_run() -> None:
    assert run(items("slow", "a", marks=("soak",))) == set()


def test_a_test_without_a_database_runs() -> None:
    rules: list[Any] = [Item("rule[a]", Callspec(["a"])), Item("rule[b]", Callspec(["b"]))]
    assert run(rules) == {"a", "b"}
