"""Refuses words for which there is a standard term: 'kept' for 'stored', 'trail' for 'audit log'.

    python -m scripts.lint_vocabulary            the paths in CHECKED: every fault, status 1
    python -m scripts.lint_vocabulary --report   every file that has faults, with their number
    python -m scripts.lint_vocabulary PATH …     the faults in these files or folders, status 1

Text in backticks is not checked in documentation, comments and docstrings, and neither are headings
that are a command. Names in code are split at underscores and capitals, so that `keptRows` and
`kept_rows` are found like "kept rows".
"""

import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.lint_words import tracked

CHECKED = (
    ".github",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "SECURITY.md",
    "benchmarks",
    "crm_cell",
    "docs",
    "scripts",
)

# Migrations must not change any more, so that only their docstrings and comments are checked.
FROZEN = ("crm_cell/storage/migrations/versions",)

# This file lists the words, and a table of pinyin syllables is no prose.
EXEMPT = ("scripts/lint_vocabulary.py", "crm_cell/search/tables")

PICTURES = frozenset({".png"})

# Regular expressions for whole words, in lower case, and what to write instead.
WORDS = {
    r"amiss": "wrong",
    r"anew": "again",
    r"by turns": "alternately",
    r"deeds?": "action or change",
    r"doors?": "authenticator",
    r"hand(?:s|ed|ing)? out": "export or return",
    # In one word it is the API's name for the transfer of all that somebody has in hand.
    r"hand(?:s|ed|ing)?[ -]overs?": "transfer",
    r"heed(?:s|ed|ing)?": "follow or respect",
    r"hence|thence|whence|henceforth|thereof": "so, from there, from which",
    r"(?:is|are|was) said": "is reported or is documented",
    r"judg(?:es?|ed|ing|ements?|ments?)": "verify or decide",
    r"kept": "stored, retained or unchanged",
    r"lanes?": "shard",
    r"lest": "so that … not",
    r"lies?|lay|lain|lying": "is or is stored",
    r"membranes?": "layer",
    r"mend(?:s|ed|ing)?": "fix or repair",
    r"moving[ -]house": "transfer",
    r"nobody's": "no user's, unowned",
    r"nought": "nothing or zero",
    r"quarrel(?:s|led|ling)?": "conflict",
    r"(?:re|un)?seal(?:s|ed|ing)?": "encrypt, or authenticate with a MAC",
    r"sought": "searched for or requested",
    r"the world(?:'s)?": "anyone, the public",
    r"told": "reported or documented",
    r"(?:audit )?trails?": "audit log",
    r"turn(?:s|ed|ing)? down": "reject",
    r"upkeep": "maintenance",
    r"walls?(?![ -]?clock)": "row-level security or tenant isolation",
    r"weather": "errors or conditions",
    r"who(?:so|som)?ever|whomever": "a caller who, a user who",
    r"wip(?:es?|ed|ing)": "redact",
}

# Names in code that clients, operators or stored data depend on: columns, counters, roles, tables,
# commands, log events.
WIRE_NAMES = (
    r"audit_logs\.deed",
    "audit_trail_without_key",
    "crm_upkeep",
    "keys_kept",
    "lane",
    "lanes",
    "seal",
    "upkeep_postponed",
    "wiped",
)

# Only ASCII letters continue a word, so that one between Chinese characters is found.
_START, _END = r"(?<![a-z])(?:", r")(?![a-z])"
FAULT = re.compile(_START + "|".join(f"({word})" for word in WORDS) + _END)
ADVICE = tuple(WORDS.values())

WIRE = re.compile(rf"(?<![\w-])(?:{'|'.join(WIRE_NAMES)})(?![\w-])")
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LITERAL = re.compile(r"`[^`\n]*`")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^#+ crm-cell [a-z ]+$", re.MULTILINE)
TARGET = re.compile(r"\]\([^)\s]*\)|<[a-z]+:[^>\s]*>")


class Fault(NamedTuple):
    path: Path
    line: int
    word: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: '{self.word}': write {self.advice}"


def faults(path: Path, text: str) -> Iterator[Fault]:
    for number, line in readable(path, text):
        words = CAPITAL.sub(" ", line).replace("_", " ").lower()
        for found in FAULT.finditer(words):
            # Each word is a group of its own; groups count from one.
            yield Fault(path, number, found[0], ADVICE[(found.lastindex or 1) - 1])


def readable(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without what is not checked: literals, addresses, wire names."""
    if path.suffix == ".py":
        yield from _python(text, prose_only=within(path, FROZEN))
    elif path.suffix == ".md":
        prose = TARGET.sub("]", FENCED.sub(lambda block: "\n" * block[0].count("\n"), text))
        yield from enumerate(COMMAND.sub("", LITERAL.sub("", prose)).split("\n"), 1)
    else:
        for number, line in enumerate(text.split("\n"), 1):
            code, mark, comment = line.partition("#")
            yield number, WIRE.sub("", code) + mark + LITERAL.sub("", comment)


def _python(text: str, *, prose_only: bool) -> Iterator[tuple[int, str]]:
    begins_statement = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        prose = name == "COMMENT" or (name == "STRING" and begins_statement)
        if prose or (not prose_only and name in ("NAME", "STRING", "FSTRING_MIDDLE")):
            pattern = LITERAL if prose else WIRE
            yield from enumerate(pattern.sub("", token.string).split("\n"), token.start[0])
        # Comments and blank lines leave open whether a docstring follows.
        if name not in ("COMMENT", "NL"):
            begins_statement = name in ("NEWLINE", "INDENT", "DEDENT")


def within(path: Path, places: Iterable[str]) -> bool:
    return any(path.is_relative_to(place) for place in places)


def found_in(places: Iterable[str]) -> list[Fault]:
    files = [
        path
        for path in tracked()
        if within(path, places) and not within(path, EXEMPT) and path.suffix not in PICTURES
    ]
    return [each for path in files for each in faults(path, path.read_text(encoding="utf-8"))]


def main(*arguments: str) -> int:
    if arguments == ("--report",):
        counts = Counter(fault.path for fault in found_in(CHECKED))
        for path, count in counts.most_common():
            print(f"{count:5}  {path}")
        print(f"{counts.total():5}  in {len(counts)} files")
        return 0
    refused = found_in(arguments or CHECKED)
    print(*refused, sep="\n", end="\n" if refused else "")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
