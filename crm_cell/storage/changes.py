"""An UPDATE of what differs, and of nothing else."""

from collections.abc import Iterable

import msgspec

from crm_cell.storage.seals import Column


def assignments(
    before: msgspec.Struct, after: msgspec.Struct, sealed: Iterable[Column] = ()
) -> str:
    """The columns of an UPDATE's SET, with parameters of their names.

    SQLite writes every index over a column that is named anew, though its value stays: naming all
    columns of a customer to change one costs three pages more. `sealed` are those of them that are
    found by a key.
    """
    changed = [
        name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)
    ]
    return ", ".join(f"{name} = :{name}" for name in (*changed, *(it.key for it in sealed)))
