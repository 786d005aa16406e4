"""What text may be, and when two names are the same name."""

import re
import unicodedata

_INVISIBLE_EDGES = "\u200b\u200c\u200d\u2060\ufeff"
_LINE_BREAKS = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Trim and normalise to NFC, as every stored text is."""
    if text.isascii():
        return text.strip()
    return _strip(unicodedata.normalize("NFC", text))


def clean_lines(text: str) -> str:
    """As clean, for text of several lines, whose breaks all become \\n."""
    return clean(_LINE_BREAKS.sub("\n", text))


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
        return _SPACES.sub(" ", name).strip().casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if not folded.isprintable():  # format characters never are, and looking at each is slow
        visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
        folded = unicodedata.normalize("NFKC", visible)
    return _SPACES.sub(" ", folded).strip()


def _strip(text: str) -> str:
    """Strip white space and invisible characters from both ends, however they alternate."""
    while (stripped := text.strip().strip(_INVISIBLE_EDGES)) != text:
        text = stripped
    return text
