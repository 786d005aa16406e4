"""Detects the encoding of a text file, or reports that it is ambiguous.

That bytes can be decoded proves nothing: nearly all can be decoded as GB18030, and all as Latin-1.
So every common encoding is tried on the lines that contain non-ASCII bytes. An encoding is accepted
only if its result looks like names, and that of no other encoding does.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from crm_cell.resources.importing.files import credibility
from crm_cell.resources.importing.files.content import Content, UnreadableFile
from crm_cell.resources.importing.files.credibility import Mark
from crm_cell.resources.importing.files.messages import (
    AMBIGUOUS_ENCODING,
    NOT_AN_ENCODING,
    ODD_ENCODING,
    ODD_UTF_8,
    UNKNOWN_ENCODING,
)

IsHeading = Callable[[str], bool]
"""Whether a cell is a known heading."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs with their scoring functions, and a malus for those that are rare today.
_LEGACY: tuple[tuple[str, Mark, float], ...] = (
    ("gb18030", credibility.simplified, 0),
    ("big5hkscs", credibility.traditional, 0),
    ("cp932", credibility.japanese, 0),
    ("euc_jp", credibility.japanese, 0.05),
    ("cp949", credibility.korean, 0),
    ("cp1252", credibility.western, 0),
    ("cp1250", credibility.central, 0),
    ("mac-roman", credibility.western, 0.05),
    ("cp1251", credibility.cyrillic, 0),
    ("koi8-r", credibility.cyrillic, 0.05),
)
_NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "mac-roman": "Mac Roman",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
}
# Programs name a character set but write a superset of it.
_SUPERSETS = {
    "utf-8": "utf-8-sig",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
}
_LEAST = 0.5
_MARGIN = 0.2
_HEADING_FOUND = 1.0
_LAST_OF_TWO_BYTES = "\u07ff"
_HEAD_BYTES = 64 * 1024
_SAMPLE_LINES = 1000
_CELL = re.compile(r"[,;\t|\r\n\"]+")
_SHOWN = 24


class Reading(msgspec.Struct, frozen=True):
    """A decoding of a sample and its credibility."""

    codec: str
    text: str
    mark: Mark
    bonus: float
    score: float

    def leads(self, other: "Reading") -> bool:
        """Whether this reading scores better by a margin, on characters in which both differ."""
        if len(self.text) != len(other.text):
            return self.score - other.score >= _MARGIN
        pairs = enumerate(zip(self.text, other.text, strict=True))
        differ = {at for at, (mine, theirs) in pairs if mine != theirs}
        return self.score_of(differ) - other.score_of(differ) >= _MARGIN

    def score_of(self, only: set[int]) -> float:
        return credibility.mean(self.text, self.mark, only) + self.bonus


def display_name(codec: str) -> str:
    return _NAMES.get(codec, codec)


def codec_named(name: str) -> str:
    """The codec of an encoding. Raises UnreadableFile."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, ValueError) as error:
        known = ", ".join(sorted(_NAMES.values()))
        raise UnreadableFile(NOT_AN_ENCODING, name=name, known=known) from error
    return _SUPERSETS.get(found.name, found.name)


def detect(content: Content, is_heading: IsHeading) -> str:
    """Raises UnreadableFile with the candidates if the encoding is ambiguous."""
    with content.open() as file:
        head = file.read(_HEAD_BYTES)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if codec_of_nulls := _utf_16_without_mark(head):
        return codec_of_nulls
    wrong = first_wrong_line(content, "utf-8-sig")
    if wrong is None and not _utf_8_by_chance(head, is_heading):
        return "utf-8-sig"
    return _most_credible(content, is_heading)


def first_wrong_line(content: Content, codec: str) -> int | None:
    """The first line that is invalid in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    number = 0
    with content.open() as file:
        try:
            while piece := file.read(1 << 20):
                number += decoder.decode(piece).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            good = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
            return number + good.count(b"\n") + 1
    return None


def _utf_16_without_mark(head: bytes) -> str | None:
    """Detects UTF-16 by the zero bytes of its separators, digits and line ends."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd) * 20 > max(even, odd):  # noqa: PLR2004 - both sides
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(codec, "replace")
    return codec if "\ufffd" not in text[:-1] else None


def _utf_8_by_chance(head: bytes, is_heading: IsHeading) -> bool:
    """Two bytes of GB18030 may also be one UTF-8 character, but mostly of an uncommon script."""
    text = head.decode("utf-8", "ignore")
    if text.isascii() or max(text) > _LAST_OF_TWO_BYTES:
        return False
    score = credibility.mean(text, credibility.unicode)
    if score >= _LEAST:
        return False
    sample = b"".join(line for line in head.splitlines(True) if not line.isascii())
    readings = _readings(sample, is_heading)
    return any(found.codec == "gb18030" and found.score - score >= _MARGIN for found in readings)


def _most_credible(content: Content, is_heading: IsHeading) -> str:
    sample = b"".join(islice(_non_ascii_lines(content), _SAMPLE_LINES))
    if (line := _odd_line_of_utf_8(content, sample)) is not None:
        raise UnreadableFile(ODD_UTF_8, file=content.name, place=f"line {line}")
    readings = sorted(_readings(sample, is_heading), key=lambda found: -found.score)
    best = next(iter(readings), None)
    if best is None or best.score < _LEAST or not _leads_all(best, readings):
        raise _ambiguity(content, sample, readings)
    if (wrong := first_wrong_line(content, best.codec)) is not None:
        raise UnreadableFile(
            ODD_ENCODING,
            file=content.name,
            place=f"line {wrong}",
            encoding=display_name(best.codec),
        )
    return best.codec


def _non_ascii_lines(content: Content) -> Iterator[bytes]:
    """The lines with non-ASCII bytes. In none of these encodings is a line break part of a
    character."""
    with content.open() as file:
        for line in file:
            if not line.isascii():
                yield line


def _odd_line_of_utf_8(content: Content, sample: bytes) -> int | None:
    """The first invalid line of a text that is UTF-8 nearly everywhere, and so is damaged UTF-8."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(char > "\x7f" for char in text) - wrong
    return first_wrong_line(content, "utf-8-sig") if right > 10 * wrong else None


def _readings(sample: bytes, is_heading: IsHeading) -> Iterator[Reading]:
    for codec, mark, handicap in _LEGACY:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        bonus = (_HEADING_FOUND if _has_heading(text, is_heading) else 0) - handicap
        yield Reading(codec, text, mark, bonus, credibility.mean(text, mark) + bonus)


def _leads_all(best: Reading, readings: list[Reading]) -> bool:
    return all(best.leads(other) for other in readings if other.text != best.text)


def _has_heading(text: str, is_heading: IsHeading) -> bool:
    """Whether there is a known heading with non-ASCII characters, which proves the encoding."""
    cells = (cell for line in text.splitlines()[:5] for cell in _CELL.split(line))
    return any(not cell.isascii() and is_heading(cell) for cell in cells)


def _ambiguity(content: Content, sample: bytes, readings: list[Reading]) -> UnreadableFile:
    least = max((found.score for found in readings), default=0) - 2 * _MARGIN
    credible = [
        (found.codec, found.text) for found in readings if found.score > max(0, least)
    ] or list(_guesses(sample))
    if not credible:
        return UnreadableFile(UNKNOWN_ENCODING, file=content.name)
    ways = ", ".join(f"{display_name(codec)} ({_excerpt(text)})" for codec, text in credible)
    return UnreadableFile(AMBIGUOUS_ENCODING, file=content.name, ways=ways)


def _guesses(sample: bytes) -> Iterator[tuple[str, str]]:
    """Possible encodings besides those of _LEGACY."""
    from charset_normalizer import from_bytes

    for match in islice(from_bytes(sample), 3):
        yield match.encoding, str(match)


def _excerpt(text: str) -> str:
    """The first cell with non-ASCII characters, in which the encodings differ."""
    cell = next((cell for cell in _CELL.split(text) if not cell.isascii()), "")
    return "".join(char if char.isprintable() else "?" for char in cell.strip()[:_SHOWN])
