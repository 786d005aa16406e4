"""Scores the credibility of a decoded text: near 1 if it looks like names, 0 or less if not."""

import re
import unicodedata
from collections.abc import Callable, Container

from crm_cell.resources.importing.files.common_characters import (
    HANGUL,
    KANJI,
    SIMPLIFIED,
    TRADITIONAL,
)

Mark = Callable[[str, str], float]
"""Scores a character by its neighbours, which are given as text before and after a `|`."""

_FULL_WIDTH = re.compile(r"[　-〕！-～·—“”‘’…×]")
# Letters of Greek, Cyrillic, Hebrew and Arabic, but not those of their extensions.
_IN_DAILY_USE = re.compile(r"[Ά-ώЀ-џҐґא-תء-ي]")
_UNCOMMON = 0.5
_RARE = 0.1
# JIS level 1, with the more frequent kanji, ends before this.
_JIS_LEVEL_2 = 0x98
_WRONG = -1.0
_WESTERN = dict.fromkeys("äöüßéèêëàâáãåçñíîïóôõúùûæ", 1.0) | dict.fromkeys("øìòÿýœšžðþ", 0.9)
_CENTRAL = dict.fromkeys("äöüßéáíóúýëçô", 1.0) | {
    **dict.fromkeys("řěůňťďłżźśőšž", 0.85),
    **dict.fromkeys("čćńąęăűâî", 0.7),
}
_CONSONANTS = frozenset("řčňť")
_VOWELS = frozenset("aeiouyæø")
_UNLIKELY = 0.2
_BESIDE_WORDS = frozenset("€£©®™°«»“”„–—…‘’•·§¿¡ªº\u00a0")


def simplified(char: str, _: str) -> float:
    return _hanzi(char, SIMPLIFIED, "gb2312", range(0xB0, 0xD8), 0.3)


def traditional(char: str, _: str) -> float:
    return _hanzi(char, TRADITIONAL, "big5", range(0xA4, 0xC7), _RARE)


def japanese(char: str, _: str) -> float:
    if "ぁ" <= char <= "ヿ" or char in KANJI:
        return 1.0
    if _FULL_WIDTH.match(char):
        return 0.8
    if "｡" <= char <= "ﾟ":
        return 0.2
    if not "一" <= char <= "鿿":
        return _WRONG
    return _UNCOMMON if char.encode("cp932", "replace")[0] < _JIS_LEVEL_2 else _RARE


def korean(char: str, _: str) -> float:
    if char in HANGUL:
        return 0.9
    try:
        char.encode("euc_kr")
    except UnicodeEncodeError:
        return -0.5
    return 0.3 if "가" <= char <= "힣" else _RARE


def western(char: str, around: str) -> float:
    mark = _accented(char, around, _WESTERN)
    return min(mark, _UNLIKELY) if _is_misplaced_vowel(char.lower(), around) else mark


def central(char: str, around: str) -> float:
    mark = _accented(char, around, _CENTRAL)
    misplaced = char.lower() in _CONSONANTS and _vowels_around(around) == (False, False)
    return min(mark, _UNLIKELY) if misplaced else mark


def cyrillic(char: str, around: str) -> float:
    before, _, after = around.partition("|")
    beside_latin = any(side.isascii() and side.isalpha() for side in (before, after))
    if not "А" <= char <= "ё" or beside_latin or (char.isupper() and before.islower()):
        return _WRONG
    if char.isupper() and before.isupper() and after.islower():
        return _WRONG
    return 0.7


def unicode(char: str, around: str) -> float:
    """Scores characters of two bytes in UTF-8, which may also be a character of GB18030."""
    if "Ͱ" <= char <= "ۿ":  # Greek to Arabic
        return 0.8 if _IN_DAILY_USE.fullmatch(char) else _RARE
    return max(western(char, around), central(char, around), 0.3 if "À" <= char <= "ɏ" else _WRONG)


def mean(text: str, mark: Mark, only: Container[int] | None = None) -> float:
    """The mean score of all non-ASCII characters, or of those at the places in `only`."""
    marks = []
    for match in re.finditer(r"[^\x00-\x7f]", text):
        at = match.start()
        if only is None or at in only:
            around = text[at - 1 : at] + "|" + text[at + 1 : at + 2]
            marks.append(_WRONG if _never(match[0], around) else mark(match[0], around))
    return sum(marks) / len(marks) if marks else 0.0


def _never(char: str, around: str) -> bool:
    """Whether a character is impossible: unassigned, private, a control character, or an East Asian
    character within a Western word."""
    if unicodedata.category(char) in ("Cn", "Co", "Cc", "Cs") or char == "\ufffd":
        return True
    before, _, after = around.partition("|")
    amid = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
    return amid and unicodedata.east_asian_width(char) in ("W", "F", "H")


def _hanzi(
    char: str, common: Container[str], charset: str, frequent_rows: range, infrequent: float
) -> float:
    if char in common:
        return 1.0
    if _FULL_WIDTH.match(char):
        return 0.8
    if not "一" <= char <= "鿿":
        return _WRONG
    try:
        row = char.encode(charset)[0]
    except UnicodeEncodeError:
        return _RARE
    return _UNCOMMON if row in frequent_rows else infrequent


def _is_misplaced_vowel(char: str, around: str) -> bool:
    """Distinguishes Western vowels from Czech consonants with the same bytes: ø has consonants as
    neighbours, è at least one; ì, ò and ù end words."""
    before, _, after = around.partition("|")
    if char in "ìòù":
        return after.isalpha()
    vowel_before, vowel_after = _vowels_around(around)
    if char == "è":
        return vowel_after and (vowel_before or not before.isalpha())
    return char == "ø" and (vowel_before or vowel_after)


def _vowels_around(around: str) -> tuple[bool, bool]:
    before, _, after = around.partition("|")
    plain = (unicodedata.normalize("NFD", side.lower())[:1] for side in (before, after))
    first, last = (side != "" and side in _VOWELS for side in plain)
    return first, last


def _accented(char: str, around: str, letters: dict[str, float]) -> float:
    before, _, after = around.partition("|")
    if char in _BESIDE_WORDS:
        return _beside_a_word(char, before, after)
    if char.lower() not in letters:
        return _WRONG
    if char.isupper() and (before.islower() or (before.isupper() and after.islower())):
        return _WRONG
    if not any(side.isascii() and side.isalpha() for side in (before, after)):
        return -0.5 if (before + after).strip("\r\n\t ,;\"'") else 0.2
    return letters[char.lower()]


def _beside_a_word(char: str, before: str, after: str) -> float:
    if char == "’" and before.isalpha() and after.isalpha():
        return 0.9
    return -0.5 if before.isalpha() and after.isalpha() else 0.5
