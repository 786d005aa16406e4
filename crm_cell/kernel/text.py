"""What text may be, and when two names are the same name."""

import re
import unicodedata

# White space, and what takes no space at all; the last white space of Unicode is U+3000.
_EDGES = "\u200b\u200c\u200d\u2060\ufeff" + "".join(filter(str.isspace, map(chr, range(0x3001))))
# Unicode's own bound, for text that is handled in a stream (UAX #15, Stream-Safe Text Format).
_MOST_MARKS = 30
# Marks made of two marks, though by themselves they do not count as one.
_MADE_OF_MARKS = "\u0f73\u0f75\u0f81"
_LINE_BREAKS = re.compile(r"\r\n?")
# What shows nothing although Unicode calls it a mark or a letter: joiners, fillers, variation
# selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def clean(text: str) -> str:
    """Trim and normalise to NFC, as every stored text is."""
    if text.isascii():
        return text.strip()
    return trim(unicodedata.normalize("NFC", text))


def trim(text: str) -> str:
    """Take white space and invisible characters from both ends, however they alternate."""
    return text.strip(_EDGES)


def visible(text: str) -> str:
    """Without invisible characters anywhere: for text that is compared and never typed with one."""
    if text.isascii():
        return text
    seen = _UNSEEN.sub("", text)
    return "".join(char for char in seen if unicodedata.category(char) != "Cf")


def clean_lines(text: str) -> str:
    """As clean, for text of several lines, whose breaks all become \\n."""
    return clean(_LINE_BREAKS.sub("\n", text))


def heaps_marks(text: str) -> bool:
    """Whether a letter carries more marks than any script has.

    To normalise text is to put the marks of each letter in order, at the cost of their number
    squared: a heap of a megabyte would take minutes.
    """
    if len(text) <= _MOST_MARKS or text.isascii():
        return False
    heap = 0
    for char in text:
        heap = heap + 1 if unicodedata.combining(char) or char in _MADE_OF_MARKS else 0
        if heap > _MOST_MARKS:
            return True
    return False


def has_control(text: str) -> bool:
    return not text.isprintable() and _CONTROL.search(text) is not None


def has_control_but_lines(text: str) -> bool:
    """Line feeds and tabs are the two control characters that a note may hold."""
    return not text.isprintable() and _CONTROL_BUT_LINES.search(text) is not None


def name_key(name: str) -> str:
    """The form in which names are compared: two names with one key are the same name.

    Width and composition go by NFKC, case by folding, invisible format characters (zero-width
    spaces, joiners, marks of direction) are dropped, runs of white space become one space.
    """
    if name.isascii():
        return " ".join(name.split()).casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if not folded.isprintable():  # format characters never are, and looking at each is slow
        visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
        folded = unicodedata.normalize("NFKC", visible)
    return " ".join(folded.split())


def is_blank(text: str) -> bool:
    """Whether nothing was typed but blanks; line separators and controls are no blanks."""
    return not text.strip(" \t\r\n\u00a0\u3000")
