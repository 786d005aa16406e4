"""Whether a text really matches a query, how well, and where. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntEnum

import msgspec

from crm_cell.search.characters import RUN, fold, is_cjk, readings
from crm_cell.search.query import Query, Word, divisions

Range = tuple[int, int]
"""Of the text as it is stored: where a match begins, and where it has ended."""


class Quality(IntEnum):
    """The better, the higher."""

    TEXT = 20
    """In a longer text, such as the content of a follow-up."""
    OTHER = 30
    """Word by word, in any order, and perhaps in several fields."""
    INITIALS = 40
    """As initials of pinyin, alone or mixed with syllables."""
    SYLLABLES = 50
    CONTAINS = 60
    PHONE = 70
    PREFIX = 80
    EXACT = 100


class Match(msgspec.Struct, frozen=True):
    field: str
    quality: Quality
    ranges: tuple[Range, ...]


class _Text:
    """A folded text without what stands between its runs, and where each character came from."""

    def __init__(self, text: str) -> None:
        folded, places = _folded(text)
        self.letters = ""
        self.starts: set[int] = set()
        """Where words begin."""
        self._places: list[Range] = []
        for run in RUN.finditer(folded):
            self.starts.add(len(self.letters))
            self.letters += run[0]
            self._places += places[run.start() : run.end()]

    def range(self, begin: int, end: int) -> Range:
        return self._places[begin][0], self._places[end - 1][1]


def match(query: Query, texts: Sequence[tuple[str, str, bool]]) -> list[Match]:
    """Of `texts`, each with the name of its field and whether it is a long one, those in which the
    query is found; nothing unless all of its words are found in them."""
    shown = [(field, _Text(text), is_long) for field, text, is_long in texts]
    found = [each for each in (_match_whole(query, *one) for one in shown) if each is not None]
    return found or _match_words(query, shown)


def _match_whole(query: Query, field: str, text: _Text, is_long: bool) -> Match | None:
    """The words behind one another, or as pinyin."""
    whole = query.whole
    begin = _begin_of(whole, text)
    if begin is not None:
        quality = Quality.CONTAINS
        if begin == 0:
            quality = Quality.EXACT if len(whole) == len(text.letters) else Quality.PREFIX
        if is_long:
            quality = Quality.TEXT
        return Match(field, quality, (text.range(begin, begin + len(whole)),))
    if is_long or len(query.words) != 1 or len(query.words[0].runs) != 1:
        return None
    return _match_pinyin(whole, field, text)


def _begin_of(letters: str, text: _Text) -> int | None:
    """Where the text has these letters; words from their beginning."""
    begin = text.letters.find(letters)
    if begin < 0 or is_cjk(letters):
        return None if begin < 0 else begin
    while begin >= 0 and begin not in text.starts:
        begin = text.letters.find(letters, begin + 1)
    return None if begin < 0 else begin


def _match_pinyin(letters: str, field: str, text: _Text) -> Match | None:
    best: Match | None = None
    for pieces in divisions(letters):
        initials = any(len(piece) == 1 for piece in pieces)
        quality = Quality.INITIALS if initials else Quality.SYLLABLES
        if best is not None and best.quality >= quality:
            continue
        if (begin := _begin_of_pinyin(pieces, text)) is not None:
            best = Match(field, quality, (text.range(begin, begin + len(pieces)),))
    return best


def _begin_of_pinyin(pieces: Sequence[str], text: _Text) -> int | None:
    if len(pieces) == 1 and len(pieces[0]) == 1:  # one letter: of the first character alone
        return 0 if text.letters and _reads(text.letters[0], pieces[0]) else None
    last = len(pieces) - 1
    for begin in range(len(text.letters) - last):
        if all(
            _reads(char, piece) if number == last or len(piece) == 1 else _reads_as(char, piece)
            for number, (char, piece) in enumerate(
                zip(text.letters[begin : begin + last + 1], pieces, strict=True)
            )
        ):
            return begin
    return None


def _reads(char: str, beginning: str) -> bool:
    reading = readings().get(char)
    return reading is not None and any(each.startswith(beginning) for each in reading.syllables)


def _reads_as(char: str, syllable: str) -> bool:
    reading = readings().get(char)
    return reading is not None and syllable in reading.syllables


def _match_words(query: Query, texts: Sequence[tuple[str, _Text, bool]]) -> list[Match]:
    """Every word somewhere."""
    ranges: dict[str, list[Range]] = {}
    for word in query.words:
        found = [
            (field, each)
            for field, text, is_long in texts
            if (each := _ranges_of(word, text, is_long)) is not None
        ]
        if not found:
            return []
        for field, each in found:
            ranges.setdefault(field, []).extend(each)
    quality = {field: Quality.TEXT if is_long else Quality.OTHER for field, _, is_long in texts}
    return [Match(field, quality[field], tuple(sorted(set(of)))) for field, of in ranges.items()]


def _ranges_of(word: Word, text: _Text, is_long: bool) -> list[Range] | None:
    """None unless each run of the word is there."""
    found: list[Range] = []
    for run in word.runs:
        begin = _begin_of(run, text)
        if begin is not None:
            found.append(text.range(begin, begin + len(run)))
            continue
        spelled = None if is_long else _match_pinyin(run, "", text)
        if spelled is None:
            return None
        found += spelled.ranges
    return found


def _folded(text: str) -> tuple[str, list[Range]]:
    """With, for each of its characters, where in `text` it comes from."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, [(place, place + 1) for place in range(len(text))]
    whole, places = "", list[Range]()
    for begin, end in _clusters(text):
        part = fold(text[begin:end])
        whole += part
        places += [(begin, end)] * len(part)
    return whole, places


def _clusters(text: str) -> Iterator[Range]:
    """Characters with the marks that are composed with them."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not unicodedata.combining(text[place]):
            yield begin, place
            begin = place
