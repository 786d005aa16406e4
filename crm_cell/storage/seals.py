"""How numbers and addresses lie in the database: open, or sealed with a key.

The seam for encryption. A transaction has the seals of its tenant, and stores put what they write
and read through them. Beside each sealed column lies `{column}_key`, which equal values have in
common: exact search asks for it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from crm_cell.kernel.entity import Entity
from crm_cell.kernel.lookup import earlier_phone_keys, email_key, no_earlier_keys, phone_key

if TYPE_CHECKING:
    from crm_cell.storage.engine import Reader, Tx

T = TypeVar("T")
Values = dict[str, Any]

# No number and no address has one, so what begins with it is sealed: ":", the number of the
# tenant's keys, ":", and the rest in base64.
MARK = ":"


class Column(msgspec.Struct, frozen=True):
    """One that holds a number or an address."""

    name: str
    key: str
    """The column that it is found by."""
    place: int
    """Where it stands in a row as the store reads it."""
    form: Callable[[str], str]
    """The form in which its values are compared."""
    earlier: Callable[[str], list[str]]
    """The forms that sealed rows of an earlier release may have instead."""


class SealedTable(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[Column, ...]

    def changed(self, before: Entity, after: Entity) -> list[Column]:
        return [
            column
            for column in self.columns
            if getattr(before, column.name) != getattr(after, column.name)
        ]

    @property
    def keys(self) -> str:
        return ", ".join(column.key for column in self.columns)

    @property
    def key_parameters(self) -> str:
        return ", ".join(f":{column.key}" for column in self.columns)


def sealed_table(name: str, kind: type[Entity]) -> SealedTable:
    """The table whose rows are read as `kind`: what that masks, its table seals."""
    forms = dict.fromkeys(kind.phones, (phone_key, earlier_phone_keys)) | dict.fromkeys(
        kind.emails, (email_key, no_earlier_keys)
    )
    return SealedTable(
        name,
        tuple(
            Column(field, f"{field}_key", place, *forms[field])
            for place, field in enumerate(kind.__struct_fields__)
            if field in forms
        ),
    )


class Seals(Protocol):
    """Of one tenant."""

    async def keep(
        self,
        tx: "Tx",
        table: SealedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        """The rows as they are written: with keys, and sealed. `columns` narrows it to those that
        are written at all."""
        ...

    def opening(self, table: SealedTable, make: Callable[..., T], /) -> Callable[..., T]:
        """`make`, for rows as they are read."""
        ...

    async def keys_of(
        self, tx: "Reader", table: SealedTable, column: Column, value: str
    ) -> list[str]:
        """All that a row may have in `column.key` whose value is the one that is sought."""
        ...

    async def keep_answer(self, tx: "Tx", about: str, answer: bytes, /) -> bytes:
        """An answer as it is stored for replays; it opens only with the same `about`."""
        ...

    def open_answer(self, about: str, kept: bytes, /) -> bytes: ...

    def keep_digest(self, digest: bytes, /) -> bytes:
        """What is stored of a hash: of something short that could be guessed and compared."""
        ...

    def same_digest(self, kept: bytes, digest: bytes, /) -> bool: ...


class Unsealed:
    """Everything lies open, as it does without an encryption key."""

    async def keep(
        self,
        _tx: "Tx",
        table: SealedTable,
        rows: Iterable[Values],
        columns: Sequence[Column] | None = None,
        /,
    ) -> list[Values]:
        wanted = table.columns if columns is None else columns
        kept = list(rows)
        for row in kept:
            for column in wanted:
                value = row[column.name]
                row[column.key] = None if value is None else column.form(value)
        return kept

    def opening(self, _table: SealedTable, make: Callable[..., T], /) -> Callable[..., T]:
        return make

    async def keys_of(
        self, _tx: "Reader", _table: SealedTable, column: Column, value: str
    ) -> list[str]:
        return [column.form(value)]

    async def keep_answer(self, _tx: "Tx", _about: str, answer: bytes, /) -> bytes:
        return answer

    def open_answer(self, _about: str, kept: bytes, /) -> bytes:
        return kept

    def keep_digest(self, digest: bytes, /) -> bytes:
        return digest

    def same_digest(self, kept: bytes, digest: bytes, /) -> bool:
        return kept == digest


UNSEALED = Unsealed()


def _letters(count: int) -> list[str]:
    """Parameters have no digits in their names."""
    return list(islice(map("".join, product(ascii_lowercase, repeat=2)), count))


async def sought(
    tx: "Reader", table: SealedTable, wanted: dict[str, str | None]
) -> tuple[str, dict[str, object]]:
    """The conditions for rows that have the wanted values, with the parameters of these."""
    conditions, params = "", dict[str, object]()
    for column in table.columns:
        value = wanted.get(column.name)
        if value is None:
            continue
        keys = await tx.seals.keys_of(tx, table, column, value)
        names = [f"{column.key}_{letters}" for letters in _letters(len(keys))]
        given = dict(zip(names, keys, strict=True))
        # With one key alone, the rows are found in the order of the list.
        listed = ", ".join(f":{name}" for name in given)
        conditions += f" AND {column.key} " + (
            f"IN ({listed})" if len(given) > 1 else f"= {listed}"
        )
        params |= given
    return conditions, params
