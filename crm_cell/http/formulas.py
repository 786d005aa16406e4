"""Cells of CSV that no spreadsheet takes for a formula, and the way back.

A spreadsheet splits lines at the list separator of its country, `,` or `;`, or at tabs, so that a
formula may begin inside a cell too. An apostrophe before it marks it as text. One that is there
already gets another one: `unprotected(protected(text))` is always `text`.
"""

import re

# In some countries full-width too.
_SIGNS = "=+-@\t\r\n＝＋－＠"
# A reader with another separator may drop the quotation marks, and some drop the blanks.
_DANGEROUS = rf"(?=['\"\s]*[{_SIGNS}])"
_UNMARKED = re.compile(rf"(^|[;\t]){_DANGEROUS}")
_MARKED = re.compile(rf"(^|[;\t])'{_DANGEROUS}")
_MAY_BEGIN = frozenset(_SIGNS + "'\" ")


def protected(text: str) -> str:
    """Most text is found harmless by its first character: an export asks this of every cell."""
    if text and (text[0] in _MAY_BEGIN or ";" in text or "\t" in text):
        return _UNMARKED.sub(r"\1'", text)
    return text


def unprotected(text: str) -> str:
    return _MARKED.sub(r"\1", text) if "'" in text else text
