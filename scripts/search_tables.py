"""Writes the tables of the search index: how Chinese characters are read, and simplified.

Needs pypinyin and OpenCC, which neither the service nor its tests do:

    python -m venv build/tables && build/tables/bin/pip install pypinyin OpenCC
    build/tables/bin/python -m scripts.search_tables

Readings of a traditional character also belong to its simplified form, since text is simplified
before it is read: 乾坤 becomes 干坤, and is still found as `qiankun`.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

FOLDER = Path("crm_cell/search/tables")
# The ideographs of names: Unified Ideographs, Extension A, compatibility forms, and the zero.
_RANGES = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_MOST_READINGS = 4
# Rare readings are left out: each makes every name with the character dearer to write, and finds
# what nobody meant. One counts that stands in so many phrases of pypinyin.
_FEWEST_PHRASES = 2
# Those of surnames and places, which phrases do not have.
_NAMES = (
    "仇qiu 单shan 解xie 查zha 曾zeng 区ou 朴piao 盖ge 乐yue 尉yu 翟zhai 缪miao 覃qin 覃tan 员yun"
    " 繁po 折she 召shao 秘bi 种chong 洗xian 冼xian 燕yan 黑he 万mo 俟qi 令ling 长zhang 宁ning"
    " 牟mu 车che 石shi 尹yin 祭zhai 那na 阚kan 郗xi 贾jia 隗wei 隗kui 卜bu 晟cheng 晁chao 尧yao"
    " 六lu 番pan 铅yan 莘shen 浚xun 歙she 郴chen 亳bo 筠jun 洪hong 渑mian 阿e 茌chi 堡pu 荥xing"
)
# As people type them: most input methods take `lue` and `nue` for lüe and nüe, and `v` for ü.
_SPELLINGS = {"lve": "lue", "nve": "nue"}


def main() -> int:
    try:
        from opencc import OpenCC  # type: ignore[import-not-found,unused-ignore]
        from pypinyin import Style, pinyin  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed: see the docstring of this script", file=sys.stderr)
        return 1
    simplify: Any = OpenCC("t2s").convert
    simplified = {char: short for char in characters() if (short := simplify(char)) != char}
    simplified = {char: short for char, short in simplified.items() if len(short) == 1}
    usual = usual_readings()
    readings = {
        char: usual_of(
            char, spelled(pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")), usual
        )
        for char in characters()
    }
    write_simplified(simplified, metadata.version("OpenCC"))
    write_readings(merged(readings, simplified), simplified, metadata.version("pypinyin"))
    return 0


def characters() -> Iterator[str]:
    for first, last in _RANGES:
        yield from map(chr, range(first, last + 1))


def spelled(found: list[list[str]]) -> list[str]:
    """Without tones, each once, the most usual first."""
    plain = map(respelled, found[0] if found else [])
    return [each for each in dict.fromkeys(plain) if each.isascii() and each.isalpha()]


def respelled(syllable: str) -> str:
    return _SPELLINGS.get(syllable, syllable)


def usual_readings() -> set[tuple[str, str]]:
    """Characters with the readings that they have in phrases or as surnames."""
    from pypinyin import Style
    from pypinyin.phrases_dict import (  # type: ignore[import-not-found,unused-ignore]
        phrases_dict,
    )
    from pypinyin.style import convert  # type: ignore[import-not-found,unused-ignore]

    counted = Counter(
        (char, respelled(convert(syllable[0], Style.NORMAL, strict=False)))
        for phrase, syllables in phrases_dict.items()
        if len(phrase) == len(syllables)
        for char, syllable in zip(phrase, syllables, strict=True)
    )
    found = {each for each, count in counted.items() if count >= _FEWEST_PHRASES}
    return found | {(each[0], each[1:]) for each in _NAMES.split()}


def usual_of(char: str, found: list[str], usual: set[tuple[str, str]]) -> list[str]:
    """The first reading, which is the most usual, and others that are not rare."""
    others = dict.fromkeys([*found[1:], *(each for of, each in usual if of == char)])
    return found[:1] + [each for each in others if (char, each) in usual and each != found[0]]


def merged(readings: dict[str, list[str]], simplified: dict[str, str]) -> dict[str, list[str]]:
    found = {char: list(of) for char, of in readings.items()}
    for char, short in simplified.items():
        found.setdefault(short, []).extend(readings[char])
    return {char: list(dict.fromkeys(of))[:_MOST_READINGS] for char, of in found.items() if of}


def write_simplified(simplified: dict[str, str], version: str) -> None:
    """Pairs of a traditional character and its simplified form."""
    source = f"OpenCC {version}, Apache-2.0"
    pairs = "".join(char + short for char, short in sorted(simplified.items()))
    write("simplified.txt", source, [pairs])


def write_readings(
    readings: dict[str, list[str]], simplified: dict[str, str], version: str
) -> None:
    """A line for each list of readings: these, a tab, and the characters that are read so."""
    lines: dict[str, list[str]] = defaultdict(list)
    for char, of in sorted(readings.items()):
        if char not in simplified:
            lines[" ".join(of)].append(char)
    source = f"pypinyin {version}, MIT"
    write(
        "readings.txt", source, [f"{of}\t{''.join(chars)}" for of, chars in sorted(lines.items())]
    )


def write(name: str, source: str, lines: list[str]) -> None:
    head = f"# Made by scripts/search_tables.py from the data of {source}."
    text = "\n".join([head, *lines, ""])
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{FOLDER / name}: {len(text.encode())} bytes")


if __name__ == "__main__":
    sys.exit(main())
