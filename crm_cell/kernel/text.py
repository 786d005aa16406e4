"""Normalisation of text, and comparison of names."""

import re
import unicodedata

# White space and zero-width characters. The last white space in Unicode is U+3000.
_EDGES = "\u200b\u200c\u200d\u2060\ufeff" + "".join(filter(str.isspace, map(chr, range(0x3001))))
# The limit of Unicode for text in streams (UAX #15, Stream-Safe Text Format).
_MOST_MARKS = 30
# These decompose into two marks, although their combining class is 0.
_MADE_OF_MARKS = "\u0f73\u0f75\u0f81"
_LINE_BREAKS = re.compile(r"\r\n?")
# Invisible characters that Unicode classifies as marks or letters: joiners, fillers, variation
# selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def clean(text: str) -> str:
    """Trim and normalise to NFC, the form of all stored text."""
    if text.isascii():
        return text.strip()
    return trim(unicodedata.normalize("NFC", text))


def trim(text: str) -> str:
    """Remove white space and zero-width characters from both ends."""
    return text.strip(_EDGES)


def visible(text: str) -> str:
    """Remove invisible characters everywhere: for text that nobody types with one on purpose."""
    if text.isascii():
        return text
    seen = _UNSEEN.sub("", text)
    return "".join(char for char in seen if unicodedata.category(char) != "Cf")


def clean_lines(text: str) -> str:
    """As `clean`, for text of several lines. All line breaks become \\n."""
    return clean(_LINE_BREAKS.sub("\n", text))


def has_excess_marks(text: str) -> bool:
    """Whether a letter has more combining marks than any script uses.

    Normalisation sorts the marks of each letter in quadratic time: a megabyte of marks would take
    minutes.
    """
    if len(text) <= _MOST_MARKS or text.isascii():
        return False
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) or char in _MADE_OF_MARKS else 0
        if marks > _MOST_MARKS:
            return True
    return False


def has_control(text: str) -> bool:
    return not text.isprintable() and _CONTROL.search(text) is not None


def has_control_except_lines(text: str) -> bool:
    """Allows line feeds and tabs, for notes."""
    return not text.isprintable() and _CONTROL_BUT_LINES.search(text) is not None


def name_key(name: str) -> str:
    """The comparison key of a name: names with equal keys count as the same name.

    NFKC unifies width and composition, case folding unifies case. Invisible format characters
    (zero-width spaces, joiners, directional marks) are removed, and white space becomes one space.
    """
    if name.isascii():
        return " ".join(name.split()).casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if not folded.isprintable():  # skips the slow loop for text without format characters
        visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
        folded = unicodedata.normalize("NFKC", visible)
    return " ".join(folded.split())


def is_blank(text: str) -> bool:
    """Whether the text has only spaces and line breaks. Control characters are not blank."""
    return not text.strip(" \t\r\n\u00a0\u3000")
