"""Which cases `make test` runs, of tests that have many; `make soak ARGS=tests` runs all.

A test with values of its own runs with each of them on one database, in turn: on SQLite with one
value, on PostgreSQL with the next. A test that is marked `one_database`, because what it tests
happens before any database is asked, runs on one of the two. A test whose subject is the database
is marked `each_database` and runs with every value on both. What takes long and rarely breaks is
marked `soak`, with the reason.
"""

import os
from collections import defaultdict
from zlib import crc32

import pytest
from _pytest.mark.structures import ParameterSet

EVERY_CASE = bool(os.environ.get("CRM_TEST_EVERY_CASE"))
DATABASES = ("sqlite", "postgres")


def so_many(few: int, *, of: int) -> int:
    """How many examples of a property are tried: `few`, or `of` all in `make soak`."""
    return of if EVERY_CASE else few


def in_soak(*values: object) -> ParameterSet:
    """One more case of a test, which `make soak` runs and `make test` does not."""
    return pytest.param(*values, marks=pytest.mark.soak)


def has_its_turn(number: int, url: str) -> bool:
    """Whether this one, of cases that a test goes through itself, is for the database at `url`."""
    return EVERY_CASE or number % len(DATABASES) == url.startswith("postgres")


def is_sampled(case: str, *, one_of: int) -> bool:
    """Whether `make test` tries this case, of very many that a test goes through itself: each time
    the same ones."""
    return EVERY_CASE or crc32(case.encode()) % one_of == 0


def in_turn(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests of this run, and the others."""
    cases: dict[str, dict[str, int]] = defaultdict(dict)
    for item in items:
        if _database(item) is not None:
            numbers = cases[_test(item)]
            numbers.setdefault(_case(item), len(numbers))
    runs: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        runs[_has_its_turn(item, cases[_test(item)])].append(item)
    return runs[True], runs[False]


def _has_its_turn(item: pytest.Item, cases: dict[str, int]) -> bool:
    if item.get_closest_marker("soak"):
        return False
    database = _database(item)
    if database is None or item.get_closest_marker("each_database"):
        return True
    if len(cases) == 1 and not item.get_closest_marker("one_database"):
        return True
    turn = crc32(_test(item).encode()) + cases[_case(item)]
    return database == DATABASES[turn % len(DATABASES)]


def _test(item: pytest.Item) -> str:
    """Its name without the values it runs with."""
    return item.nodeid.partition("[")[0]


def _database(item: pytest.Item) -> str | None:
    return next((each for each in _values(item) if each in DATABASES), None)


def _case(item: pytest.Item) -> str:
    return "-".join(each for each in _values(item) if each not in DATABASES)


def _values(item: pytest.Item) -> list[str]:
    callspec = getattr(item, "callspec", None)
    return list(callspec._idlist) if callspec is not None else []
