"""How text is folded for comparison, and how Chinese characters are read.

The tables come from OpenCC and pypinyin, see `scripts/search_tables.py`. They are loaded when they
are first needed: 12 ms, 5 MB.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Ideographs, kana and hangul: scripts whose words are not separated by blanks.
CJK = (
    "\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U000323af"
)
RUN = re.compile(rf"([{CJK}]+)|[^\W_{CJK}]+")
"""A run of such characters, in its first group, or a word."""
_BETWEEN_CJK = re.compile(rf"(?<=[{CJK}])[\W_]+(?=[{CJK}])")


class Reading(NamedTuple):
    """How one character is read."""

    syllables: tuple[str, ...]
    """The most usual first, without tones."""
    initials: str
    """The first letters of the syllables, each once."""


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, simplified, lower case."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).translate(_simplified())
    return folded.lower()


def runs(folded: str) -> Iterator[re.Match[str]]:
    """Runs and words. What stands between two characters of one run, such as brackets, is
    ignored."""
    if not folded.isalnum():
        folded = _BETWEEN_CJK.sub("", folded)
    return RUN.finditer(folded)


def is_cjk(run: str) -> bool:
    """Of a run or a word: whether it is a run."""
    match = RUN.match(run)
    return match is not None and match[1] is not None


@cache
def readings() -> dict[str, Reading]:
    """By character."""
    found: dict[str, Reading] = {}
    for line in _lines("readings.txt"):
        syllables, characters = line.split("\t")
        spelled = tuple(syllables.split())
        initials = "".join(dict.fromkeys(each[0] for each in spelled))
        reading = Reading(spelled, initials)
        found.update(dict.fromkeys(characters, reading))
    return found


@cache
def syllables() -> frozenset[str]:
    return frozenset(each for reading in set(readings().values()) for each in reading.syllables)


@cache
def _simplified() -> dict[int, str]:
    [pairs] = _lines("simplified.txt")
    return dict(zip(map(ord, pairs[::2]), pairs[1::2], strict=True))


def _lines(name: str) -> list[str]:
    """Without the first, which says where they come from."""
    text = (files("crm_cell.search") / "tables" / name).read_text(encoding="utf-8")
    return text.splitlines()[1:]
