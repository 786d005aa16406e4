"""The floor on SQLite. A create is one row with its own commit."""

import time
from pathlib import Path

from benchmarks.floor import COLUMNS, NEW_COLUMNS, PAGE, New, Row
from benchmarks.seed_rows import TENANT
from crm_cell.kernel.ids import new_id
from crm_cell.storage.sqlite.connection import connect

_GET = f"SELECT {COLUMNS} FROM customers WHERE tenant_id = ? AND id = ? AND deleted_at IS NULL"
_LIST = (
    f"SELECT {COLUMNS} FROM customers WHERE tenant_id = ? AND deleted_at IS NULL"
    f" ORDER BY id DESC LIMIT {PAGE + 1} OFFSET ?"
)
_TOTAL = (
    "SELECT coalesce(sum(value), 0) FROM counters"
    " WHERE tenant_id = ? AND name = 'customers' AND key = ''"
)
_INSERT = f"INSERT INTO customers ({NEW_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class SqliteStore:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def open(self) -> None:
        self._connection = connect(self._path)

    async def get(self, identifier: str) -> Row:
        return self._rows(_GET, TENANT, identifier)[0]

    async def list_(self, offset: int) -> tuple[int, list[Row]]:
        return self._rows(_TOTAL, TENANT)[0][0], self._rows(_LIST, TENANT, offset)

    async def create(self, new: New, _request_id: str) -> Row:
        now = time.time_ns() // 1_000_000
        contact = (new.contact_phone, new.contact_email)
        row = (TENANT, new_id(now), 1, now, now, new.name, new.name.casefold(), *contact, 1, None)
        # Outside BEGIN and COMMIT, each statement is a transaction and is on disk when it returns.
        self._connection.execute(_INSERT, (*row, *contact))
        return row

    def _rows(self, sql: str, *values: str | int) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()
