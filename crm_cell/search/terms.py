"""The terms under which a text is found. Pure, and the same on every database.

A term begins with a letter for its kind, and consists of letters and digits alone, so that it is a
word for SQLite's tokenizer; PostgreSQL has a hash of it.

    c云帆   two neighbours of Chinese, Japanese or Korean, or a character without a reading
    wabc    the beginning of a word, of 1 to 12 characters
    iyf     the initials of two neighbours, in every reading; iy: of the first character
    syun    a syllable of pinyin
    x…      the whole text, as a checksum
    k…      what is left of a company's name without its legal form and place, as a checksum
    n…      the last four digits of a telephone number

The scope of a tenant and kind is put before each. Terms of a document may be in it more than once:
databases keep each once.
"""

from functools import lru_cache
from itertools import pairwise, repeat
from operator import add
from zlib import crc32

from crm_cell.search.characters import fold, readings, runs

LONGEST_PREFIX = 12
# What a text is cut to, so that a note of many pages costs as much as a long one.
_LONGEST_TEXT = 4_000
_LONGEST_NAME = 400
# Names share most of their pairs, such as 有限公司: to remember these takes 4 MB.
_MOST_PAIRS, _MOST_CHARACTERS = 12_000, 2_000
_HALF = 1 << 31


def name_terms(scoped: str, text: str) -> list[str]:
    """The terms of a name or a title, with pinyin and as a whole: in pieces of several terms, with
    blanks between them."""
    found: list[str] = []
    whole = ""
    for run in runs(fold(text[:_LONGEST_NAME])):
        whole += run[0]
        if cjk := run[1]:
            # Twice as fast as a comprehension, in what costs most of a write.
            found += map(_of_pair, repeat(scoped), map(add, cjk, cjk[1:]))
            found += (_of_first(scoped, cjk[0]), _of_character(scoped, cjk[-1]))
        else:
            found += _of_word(scoped, run[0])
    found.append(scoped + _exact(whole))
    return found


def name_hashes(scoped: str, text: str) -> set[int]:
    """Hashes of the same."""
    found: set[int] = set()
    whole = ""
    for run in runs(fold(text[:_LONGEST_NAME])):
        whole += run[0]
        if cjk := run[1]:
            found.update(*map(_hashes_of_pair, repeat(scoped), map(add, cjk, cjk[1:])))
            found.update(_hashes_of_first(scoped, cjk[0]), _hashes_of_last(scoped, cjk[-1]))
        else:
            found.update(map(hash_of, _of_word(scoped, run[0])))
    found.add(hash_of(scoped + _exact(whole)))
    return found


def text_terms(scoped: str, text: str) -> list[str]:
    """Of a longer text: without pinyin, which would find almost anything in it."""
    found: list[str] = []
    for run in runs(fold(text[:_LONGEST_TEXT])):
        if cjk := run[1]:
            found += [f"{scoped}c{one}{other}" for one, other in pairwise(cjk)]
        else:
            found += _of_word(scoped, run[0])
    return found


def hash_of(term: str) -> int:
    """32 bits, with a sign as databases have it."""
    return crc32(term.encode()) - _HALF


def exact_term(folded: str) -> str:
    """Texts that differ only in blanks and punctuation have the same."""
    return _exact("".join([run[0] for run in runs(folded)]))


def core_term(core: str) -> str:
    """Of a name's core, see `name_core`."""
    return f"k{crc32(core.encode()):x}"


@lru_cache(maxsize=1_024)
def scope(tenant: str, kind: str) -> str:
    """What all terms of a tenant's records of one kind begin with: six letters of a checksum. Two
    tenants may share it, so statements name the tenant all the same."""
    number = crc32(kind.encode(), crc32(tenant.encode() + b"\0"))
    return "".join(chr(ord("a") + (number >> shift & 15)) for shift in range(0, 24, 4))


def sort_key(text: str) -> str:
    """By which names are sorted as a Chinese dictionary does: by the pinyin of each character, the
    same on every host. Words come first, as they are folded."""
    of = readings()
    spelled: list[str] = []
    for char in fold(text):
        reading = of.get(char)
        # "~" sorts behind every letter. The character itself separates those that are read alike.
        spelled.append(char if reading is None else f" ~{reading.syllables[0]} {char} ")
    return " ".join("".join(spelled).split())


def _exact(whole: str) -> str:
    return f"x{crc32(whole.encode()):x}"


@lru_cache(maxsize=_MOST_PAIRS)
def _of_pair(scoped: str, pair: str) -> str:
    """Of two neighbours, but for those of the second alone."""
    one, other = readings().get(pair[0]), readings().get(pair[1])
    between = []
    if one is not None and other is not None:
        between = [f"i{first}{second}" for first in one.initials for second in other.initials]
    alone = _of_character(scoped, pair[0])
    return " ".join([f"{scoped}c{pair}", alone, *(scoped + each for each in between)])


@lru_cache(maxsize=_MOST_CHARACTERS)
def _of_character(scoped: str, char: str) -> str:
    reading = readings().get(char)
    found = [f"c{char}"] if reading is None else [f"s{each}" for each in reading.syllables]
    return " ".join([scoped + each for each in found])


@lru_cache(maxsize=_MOST_CHARACTERS)
def _of_first(scoped: str, char: str) -> str:
    reading = readings().get(char)
    return "" if reading is None else " ".join([f"{scoped}i{each}" for each in reading.initials])


@lru_cache(maxsize=_MOST_PAIRS)
def _hashes_of_pair(scoped: str, pair: str) -> tuple[int, ...]:
    return tuple(map(hash_of, _of_pair(scoped, pair).split()))


@lru_cache(maxsize=_MOST_CHARACTERS)
def _hashes_of_first(scoped: str, char: str) -> tuple[int, ...]:
    return tuple(map(hash_of, _of_first(scoped, char).split()))


@lru_cache(maxsize=_MOST_CHARACTERS)
def _hashes_of_last(scoped: str, char: str) -> tuple[int, ...]:
    return tuple(map(hash_of, _of_character(scoped, char).split()))


def _of_word(scoped: str, word: str) -> list[str]:
    return [f"{scoped}w{word[:end]}" for end in range(1, min(len(word), LONGEST_PREFIX) + 1)]
