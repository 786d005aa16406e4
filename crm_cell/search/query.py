"""What a query asks of the index, as a condition over terms. Pure.

A condition finds candidates: every record that matches, and a few that do not, because terms know
nothing of their neighbours. `search.matching` tells them apart.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, pairwise

import msgspec

from crm_cell.search.characters import fold, is_cjk, readings, runs, syllables
from crm_cell.search.terms import LONGEST_PREFIX

LONGEST_QUERY = 100
MOST_WORDS = 8
_LONGEST_SYLLABLE = 6
# Letters of one query that are taken for pinyin; there is more than one way to divide them.
_MOST_LETTERS = 40
_MOST_WHOLE, _MOST_MIXED, _MOST_DIVISIONS = 4, 2, 7
_MOST_STEPS = 400
_MOST_ENDS = 2
_MOST_GROUPS = 24
_INITIALS = frozenset("abcdefghjklmnopqrstwxyz")
"""Letters that a syllable may begin with."""


Condition = tuple[tuple[str, ...], ...]
"""Terms of which a record has all of one group: an OR of ANDs."""


class Word(msgspec.Struct, frozen=True):
    """One of the words between blanks: all of them have to match."""

    runs: tuple[str, ...]
    """Folded."""


class Query(msgspec.Struct, frozen=True):
    text: str
    """As it was typed."""
    folded: str
    words: tuple[Word, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be looked for, such as `()`."""
        return not self.words

    @property
    def whole(self) -> str:
        """Without blanks and punctuation."""
        return "".join("".join(word.runs) for word in self.words)


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    folded = fold(text[:LONGEST_QUERY])
    words = [Word(tuple(run[0] for run in runs(part))) for part in folded.split()]
    return Query(text, folded, tuple([word for word in words if word.runs][:MOST_WORDS]))


@lru_cache(maxsize=512)
def condition_of(query: Query, others: tuple[str, ...] = ()) -> Condition:
    """The query is not empty. A record is found under one of `others`, too."""
    runs_ = sorted({run for word in query.words for run in word.runs}, key=_by_selectivity)
    found: list[frozenset[str]] = [frozenset()]
    for run in runs_:
        both = [one | frozenset(other) for one in found for other in _of_run(run)]
        # What would need too many groups is left to the comparison.
        if len(both) <= _MOST_GROUPS or found == [frozenset()]:
            found = list(dict.fromkeys(both))
    return (*(tuple(sorted(group)) for group in found), *((other,) for other in others))


def condition_of_most(words: Sequence[str]) -> Condition:
    """Of a name's core: a text that has three quarters of its pairs of characters has all of one of
    these groups, as too few are missing to be in each. Of words, the same beginning."""
    pairs = list(
        dict.fromkeys(
            f"c{one}{other}" for word in words if is_cjk(word) for one, other in pairwise(word)
        )
    )
    many = len(pairs) // 4 + 1
    groups = [tuple(pairs[first::many]) for first in range(many)] if pairs else []
    groups += [(f"w{word[:LONGEST_PREFIX]}",) for word in words if not is_cjk(word)][:MOST_WORDS]
    return tuple(groups)


def _by_selectivity(run: str) -> tuple[bool, int]:
    """Runs of several Chinese characters first, then the longest."""
    return not (is_cjk(run) and len(run) > 1), -len(run)


def divisions(letters: str) -> list[tuple[str, ...]]:
    """How letters may be meant as pinyin: as initials, as syllables of which the last may be
    unfinished, or as both mixed. `yunfkj` is `yun f k j`."""
    if not (letters.isascii() and letters.isalpha()) or len(letters) > _MOST_LETTERS:
        return []
    letters = letters.replace("lve", "lue").replace("nve", "nue")
    initials = [tuple(letters)] if _INITIALS.issuperset(letters) else []
    whole = list(islice(_divided(letters, [_MOST_STEPS], mixed=False), _MOST_WHOLE))
    mixed = islice(_divided(letters, [_MOST_STEPS], mixed=True), len(whole) + _MOST_MIXED)
    return list(dict.fromkeys([*initials, *whole, *mixed]))[:_MOST_DIVISIONS]


def _divided(letters: str, budget: list[int], *, mixed: bool) -> Iterator[tuple[str, ...]]:
    """Longer syllables first, so that what is most likely meant comes first."""
    budget[0] -= 1
    if not letters:
        yield ()
        return
    known = syllables()
    for end in range(min(_LONGEST_SYLLABLE, len(letters)), 0, -1):
        piece = letters[:end]
        fits = piece in known or (end == len(letters) and piece in _beginnings())
        fits = fits or (mixed and piece in _INITIALS)
        if fits and budget[0] > 0:
            for rest in _divided(letters[end:], budget, mixed=mixed):
                yield (piece, *rest)


@cache
def _beginnings() -> frozenset[str]:
    """What syllables begin with."""
    return frozenset(each[:end] for each in syllables() for end in range(1, len(each)))


def _of_run(run: str) -> list[tuple[str, ...]]:
    """In groups, as in a condition."""
    if is_cjk(run):
        return [_of_cjk(run)]
    found: list[tuple[str, ...]] = [(f"w{run[:LONGEST_PREFIX]}",)]
    if len(run) == 1:
        # One letter is that of the first character; of any it would be half of all names.
        return [*found, (f"i{run}",)]
    return [*found, *(group for each in divisions(run) for group in _of_division(each))]


def _of_cjk(run: str) -> tuple[str, ...]:
    if len(run) > 1:
        return tuple(f"c{one}{other}" for one, other in pairwise(run))
    reading = readings().get(run)
    # All that are read like it are found; without a reading a character has a term of its own.
    return (f"c{run}",) if reading is None else (f"s{reading.syllables[0]}",)


def _of_division(pieces: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Syllables, and the initials of neighbours."""
    *whole, last = pieces
    terms = [f"s{each}" for each in whole if len(each) > 1]
    terms += [f"i{one[0]}{other[0]}" for one, other in pairwise(pieces)]
    ends = _completions(last) if len(last) > 1 else []
    if whole and len(ends) > _MOST_ENDS:
        ends = []  # the initials have to do
    return [(*terms, f"s{each}") for each in ends] or [tuple(terms)]


@lru_cache(maxsize=1_024)
def _completions(beginning: str) -> list[str]:
    return sorted(each for each in syllables() if each.startswith(beginning))
