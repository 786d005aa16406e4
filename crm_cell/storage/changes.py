"""An UPDATE of what differs, and of nothing else."""

import msgspec


def assignments(before: msgspec.Struct, after: msgspec.Struct) -> str:
    """The columns of an UPDATE's SET, with parameters of their names.

    SQLite writes every index over a column that is named anew, though its value stays: naming all
    columns of a customer to change one costs three pages more.
    """
    return ", ".join(
        f"{name} = :{name}"
        for name in after.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    )
