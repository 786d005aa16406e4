"""The last four digits of telephone numbers, as the index has them.

Only digits that everybody sees who sees the masked number: so finding by them tells nothing that a
list does not. With encryption they are a keyed hash, like whole numbers.
"""

from crm_cell.kernel.masking import mask_phone
from crm_cell.kernel.telephone import is_mobile
from crm_cell.search.query import Query
from crm_cell.storage.engine import Reader, Tx

_DIGITS = 4


def tails_of(number: str) -> set[str]:
    """Of each line: one member may hold several numbers."""
    if is_mobile(number):
        return {number[-_DIGITS:]}
    masked = mask_phone(number) or ""
    return {end for line in masked.split("/") if _is_tail(end := line[-_DIGITS:])}


def asked_tail(query: Query) -> str | None:
    """The digits, where a query is nothing but four."""
    return query.whole if _is_tail(query.whole) else None


async def stored_term(tx: Tx, kind: str, tail: str, *, held: bool) -> str:
    return f"n{await tx.cipher.index_term(tx, _about(kind), tail, held=held)}"


async def stored_terms(tx: Reader, kind: str, query: Query) -> tuple[str, ...]:
    """All that the index may have for what is asked."""
    tail = asked_tail(query)
    if tail is None:
        return ()
    return tuple([f"n{each}" for each in await tx.cipher.index_terms(tx, _about(kind), tail)])


def _about(kind: str) -> str:
    return f"search.{kind}.last_digits"


def _is_tail(text: str) -> bool:
    return len(text) == _DIGITS and text.isascii() and text.isdigit()
