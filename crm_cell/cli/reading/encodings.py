"""In which encoding a text file is: what is certain, what is credible, what only its owner knows.

That bytes can be decoded says nothing: nearly all can be read as GB18030, and all as Latin-1. So
every encoding in use is tried on the lines that tell them apart, and one is taken only where what
comes out reads as names do, and nothing else does.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from crm_cell.cli.complaint import MISUSED, Complaint
from crm_cell.cli.reading import credibility
from crm_cell.cli.reading.credibility import Mark
from crm_cell.customers.headings import member_of

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# With what is taken off for being rare today.
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
# Programs say the smaller set and mean the larger one.
_LARGER = {
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
_TELLING_LINES = 1000
_CELL = re.compile(r"[,;\t|\r\n\"]+")
_SHOWN = 24


class Reading(msgspec.Struct, frozen=True):
    """One way to read a sample, and how credible it is."""

    codec: str
    text: str
    mark: Mark
    bonus: float
    score: float

    def leads(self, other: "Reading") -> bool:
        """By a margin, of the characters in which the two differ."""
        if len(self.text) != len(other.text):
            return self.score - other.score >= _MARGIN
        pairs = enumerate(zip(self.text, other.text, strict=True))
        differ = {at for at, (mine, theirs) in pairs if mine != theirs}
        return self.score_of(differ) - other.score_of(differ) >= _MARGIN

    def score_of(self, only: set[int]) -> float:
        return credibility.mean(self.text, self.mark, only) + self.bonus


def called(codec: str) -> str:
    return _NAMES.get(codec, codec)


def named_by_owner(name: str) -> str:
    """The codec of what stands behind --encoding; raises Complaint."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, ValueError) as error:
        known = ", ".join(sorted(_NAMES.values()))
        raise Complaint(f"--encoding {name}: not an encoding; {known} are", MISUSED) from error
    return _LARGER.get(found.name, found.name)


def detect(path: Path) -> str:
    """Raises Complaint, with the candidates, where it cannot be said."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if codec_of_nulls := _utf_16_without_mark(head):
        return codec_of_nulls
    if first_wrong_line(path, "utf-8-sig") is None and not _utf_8_by_chance(head):
        return "utf-8-sig"
    return _most_credible(path)


def first_wrong_line(path: Path, codec: str) -> int | None:
    """The line with the first bytes that this encoding does not have."""
    decoder = codecs.getincrementaldecoder(codec)()
    number = 0
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                number += decoder.decode(piece).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            good = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
            return number + good.count(b"\n") + 1
    return None


def _utf_16_without_mark(head: bytes) -> str | None:
    """Separators, digits and line ends are two bytes there, one of which is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd) * 20 > max(even, odd):  # noqa: PLR2004 - both sides
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(codec, "replace")
    return codec if "\ufffd" not in text[:-1] else None


def _utf_8_by_chance(head: bytes) -> bool:
    """Two bytes of GB18030 may be one character of UTF-8, of a script that few people write."""
    text = head.decode("utf-8", "ignore")
    if text.isascii() or max(text) > _LAST_OF_TWO_BYTES:
        return False
    score = credibility.mean(text, credibility.unicode)
    if score >= _LEAST:
        return False
    readings = _readings(b"".join(line for line in head.splitlines(True) if not line.isascii()))
    return any(found.codec == "gb18030" and found.score - score >= _MARGIN for found in readings)


def _most_credible(path: Path) -> str:
    sample = b"".join(islice(_telling_lines(path), _TELLING_LINES))
    if (line := _odd_line_of_utf_8(path, sample)) is not None:
        raise Complaint(
            f"{path}, line {line}: not UTF-8, though the rest of the file is:"
            " save it as UTF-8 again, or name its encoding by --encoding",
            MISUSED,
        )
    readings = sorted(_readings(sample), key=lambda found: -found.score)
    best = next(iter(readings), None)
    if best is None or best.score < _LEAST or not _leads_all(best, readings):
        raise Complaint(f"{path}: {_question(sample, readings)}", MISUSED)
    if (wrong := first_wrong_line(path, best.codec)) is not None:
        raise Complaint(
            f"{path}, line {wrong}: not {called(best.codec)}, as the rest of the file seems to be:"
            " name its encoding by --encoding",
            MISUSED,
        )
    return best.codec


def _telling_lines(path: Path) -> Iterator[bytes]:
    """The lines that are not the same in every encoding; a line break is in none of these part of
    a character."""
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                yield line


def _odd_line_of_utf_8(path: Path, sample: bytes) -> int | None:
    """Text that is UTF-8 nearly everywhere is UTF-8 that something has damaged."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(char > "\x7f" for char in text) - wrong
    return first_wrong_line(path, "utf-8-sig") if right > 10 * wrong else None


def _readings(sample: bytes) -> Iterator[Reading]:
    for codec, mark, handicap in _LEGACY:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        bonus = (_HEADING_FOUND if _has_heading(text) else 0) - handicap
        yield Reading(codec, text, mark, bonus, credibility.mean(text, mark) + bonus)


def _leads_all(best: Reading, readings: list[Reading]) -> bool:
    return all(best.leads(other) for other in readings if other.text != best.text)


def _has_heading(text: str) -> bool:
    """A heading that we know, and that is not the same in every encoding, is proof enough."""
    cells = (cell for line in text.splitlines()[:5] for cell in _CELL.split(line))
    return any(not cell.isascii() and member_of(cell) for cell in cells)


def _question(sample: bytes, readings: list[Reading]) -> str:
    least = max((found.score for found in readings), default=0) - 2 * _MARGIN
    credible = [
        (found.codec, found.text) for found in readings if found.score > max(0, least)
    ] or list(_foreign(sample))
    if not credible:
        return "no known encoding: name it by --encoding, or save the file as UTF-8"
    ways = ", ".join(f"{called(codec)} ({_excerpt(text)})" for codec, text in credible)
    return f"cannot tell the encoding: {ways}; name it by --encoding, or save the file as UTF-8"


def _foreign(sample: bytes) -> Iterator[tuple[str, str]]:
    """What it may be beyond the encodings that we look for ourselves."""
    from charset_normalizer import from_bytes

    for match in islice(from_bytes(sample), 3):
        yield match.encoding, str(match)


def _excerpt(text: str) -> str:
    """The first cell in which the encodings differ."""
    cell = next((cell for cell in _CELL.split(text) if not cell.isascii()), "")
    return "".join(char if char.isprintable() else "?" for char in cell.strip()[:_SHOWN])
