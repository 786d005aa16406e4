"""Protects CSV cells against formula injection, reversibly.

Depending on the country, a spreadsheet splits lines at `,`, `;` or tabs, so a formula may begin
inside a cell as well. An apostrophe before it marks it as text. Existing apostrophes get another
one, so that `unprotected(protected(text))` is always `text`.
"""

import re

# Some countries also use full-width signs.
_SIGNS = "=+-@\t\r\n＝＋－＠"
# Spreadsheets may remove quotation marks, and some remove spaces.
_FORMULA = rf"(?=['\"\s]*[{_SIGNS}])"
_UNPROTECTED = re.compile(rf"(^|[;\t]){_FORMULA}")
_PROTECTED = re.compile(rf"(^|[;\t])'{_FORMULA}")
_MAY_BEGIN = frozenset(_SIGNS + "'\" ")


def protected(text: str) -> str:
    """Checks the first character first, because exports call this for every cell."""
    if text and (text[0] in _MAY_BEGIN or ";" in text or "\t" in text):
        return _UNPROTECTED.sub(r"\1'", text)
    return text


def unprotected(text: str) -> str:
    return _PROTECTED.sub(r"\1", text) if "'" in text else text
