"""What every storage engine must do. An engine's test class inherits these tests.

It gives two fixtures: `database`, started on an empty schema, and `elsewhere`, which runs one
statement as another process would, commits it, and gives the rows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from crm_cell.kernel.errors import NotFound, RateLimited
from crm_cell.storage import counters
from crm_cell.storage.engine import Database, Reader, Row, Tx
from crm_cell.storage.errors import TakesLong, UniqueViolation

Elsewhere = Callable[[str], list[Row]]
Unit = Callable[[Any], Awaitable[Any]]

INSERT = (
    "INSERT INTO customers (tenant_id, id, name, name_key, contact_phone, status, version,"
    " created_at, updated_at) VALUES ('acme', :id, :name, :name, :phone, 1, 1, :now, :now)"
)
OPPORTUNITY = (
    "INSERT INTO opportunities (tenant_id, id, customer_id, title, amount_cents, currency, stage,"
    " status, version, created_at, updated_at)"
    " VALUES ('acme', 'o', '{customer}', 'x', {cents}, 'CNY', {stage}, 1, 1, 1, 1)"
)
# No such table, a column left out, and what the schema forbids.
BROKEN = [
    "SELECT nothing FROM nowhere",
    "INSERT INTO customers (tenant_id) VALUES ('acme')",
    OPPORTUNITY.format(customer="nobody", cents=1, stage=1),
    OPPORTUNITY.format(customer="a", cents=-1, stage=1),
    OPPORTUNITY.format(customer="a", cents=1, stage=7),
]
APPENDED = (
    "INSERT INTO events (tenant_id, id, event_type, data, created_at)"
    " VALUES ('acme', :id, 'e', '{}', :now)"
)
APPENDED_IDS = "SELECT id FROM events WHERE tenant_id = 'acme' ORDER BY id"
COUNTED = (
    "INSERT INTO counters (tenant_id, name, key, stripe, value) VALUES ('acme', :name, '', 9, 1)"
    " ON CONFLICT (tenant_id, name, key, stripe) DO UPDATE SET value = counters.value + 1"
)
COUNTS = "SELECT sum(value) FROM counters WHERE tenant_id = 'acme'"
PHONE = "UPDATE customers SET contact_phone = :phone WHERE tenant_id = 'acme' AND id = :id"
VERSION = (
    "UPDATE customers SET version = version + 1"
    " WHERE tenant_id = 'acme' AND id = :id AND version = :version"
)
NAMES = "SELECT name FROM customers WHERE tenant_id = 'acme' ORDER BY id"
BY_ID = "SELECT name FROM customers WHERE tenant_id = 'acme' AND id = :id"


def insert(name: str, then: Exception | None = None) -> Unit:
    """A unit that inserts a customer, and then may fail."""

    async def unit(tx: Tx) -> str:
        await tx.execute(INSERT, id=name, name=name, phone=None, now=tx.now)
        if then is not None:
            raise then
        return name

    return unit


def append(*ids: str, then: Exception | None = None) -> Unit:
    """A unit that inserts a customer of the first id and appends rows of all, and then may fail."""

    async def unit(tx: Tx) -> None:
        await tx.insert_deferred(APPENDED, ({"id": each, "now": tx.now} for each in ids))
        await insert(ids[0], then)(tx)

    return unit


async def names(tx: Reader) -> list[str]:
    return [row[0] for row in await tx.fetch_all(NAMES)]


async def kept(database: Database) -> list[str]:
    return await database.read("names", "acme", names)


long_or_not = pytest.mark.parametrize("long", [False, True], ids=["short", "long"])


class StorageContract:
    # Commit, then answer

    @long_or_not
    async def test_what_was_answered_is_seen_by_everybody(
        self, database: Database, elsewhere: Elsewhere, long: bool
    ) -> None:
        assert await database.write("insert", "acme", insert("a"), long=long) == "a"
        assert elsewhere(NAMES) == [("a",)]
        assert await database.read("names", "acme", names, long=long) == ["a"]

    async def test_whoever_is_answered_sees_what_they_wrote(self, database: Database) -> None:
        """However many read and write at the same moment."""

        async def write_and_look(number: int) -> bool:
            name = f"{number:03}"
            await kept(database)
            await database.write("insert", "acme", insert(name), long=number % 10 == 0)
            return name in await kept(database)

        assert all(await asyncio.gather(*[write_and_look(number) for number in range(100)]))

    @long_or_not
    async def test_nothing_is_seen_elsewhere_before_the_commit(
        self, database: Database, elsewhere: Elsewhere, long: bool
    ) -> None:
        async def unit(tx: Tx) -> tuple[list[str], list[Row]]:
            await insert("a")(tx)
            return await names(tx), elsewhere(NAMES)

        assert await database.write("insert", "acme", unit, long=long) == (["a"], [])

    async def test_simultaneous_increments_are_all_counted(self, database: Database) -> None:
        async def increment(tx: Tx) -> None:
            await tx.execute(
                "INSERT INTO counters (tenant_id, name, key, stripe, value)"
                " VALUES ('acme', 'n', '', 0, 1) ON CONFLICT (tenant_id, name, key, stripe)"
                " DO UPDATE SET value = counters.value + 1"
            )

        await asyncio.gather(*[database.write("increment", "acme", increment) for _ in range(200)])
        read = "SELECT value FROM counters WHERE tenant_id = 'acme'"
        assert await database.read("value", "acme", lambda tx: tx.fetch_one(read)) == (200,)

    # Rolling back

    @long_or_not
    async def test_what_a_unit_raises_undoes_it_alone(self, database: Database, long: bool) -> None:
        refusal = NotFound()
        answers = await asyncio.gather(
            database.write("a", "acme", insert("a")),
            database.write("b", "acme", insert("b", then=refusal), long=long),
            database.write("c", "acme", insert("c")),
            database.write("d", "acme", insert("d", then=KeyError("ours"))),
            database.write("e", "acme", insert("e"), long=long),
            return_exceptions=True,
        )
        assert answers[0] == "a"
        assert answers[1] is refusal
        assert repr(answers[3]) == "KeyError('ours')"
        assert await kept(database) == ["a", "c", "e"]

    @long_or_not
    async def test_what_is_appended_is_kept_or_undone_with_its_unit(
        self, database: Database, elsewhere: Elsewhere, long: bool
    ) -> None:
        await asyncio.gather(
            database.write("a", "acme", append("a", "b"), long=long),
            database.write("c", "acme", append("c", then=NotFound())),
            database.write("d", "acme", append("d"), long=long),
            database.write("e", "acme", append("e", then=NotFound()), long=long),
            database.write("f", "acme", append("f")),
            return_exceptions=True,
        )
        assert elsewhere(APPENDED_IDS) == [("a",), ("b",), ("d",), ("f",)]
        assert await kept(database) == ["a", "d", "f"]

    # What is left for the end

    @pytest.mark.parametrize("many", [1, 3, 50])
    @pytest.mark.parametrize("at_the_end", [False, True])
    async def test_rows_behind_a_guard_are_inserted_only_if_it_changes_a_row(
        self, database: Database, many: int, at_the_end: bool
    ) -> None:
        """And what is deferred is written once, however often the guard says no before."""
        ids = [f"{number:02}" for number in range(many)]
        answers: list[bool] = []

        async def guarded(tx: Tx, rows: list[Any]) -> None:
            for version in (7, 8, 1):
                guard: dict[str, object] = {"id": "a", "version": version}
                answers.append(await tx.insert_if(VERSION, guard, APPENDED, rows))

        async def unit(tx: Tx) -> None:
            answers.clear()
            await insert("a")(tx)
            await tx.insert_deferred(COUNTED, [(each,) for each in ids])
            await counters.add(tx, "acme", "n", None, many)
            await tx.execute_deferred(PHONE, id="a", phone="1")
            rows = [{"id": each, "now": 1} for each in ids]
            if at_the_end:
                await tx.before_commit(guarded, rows)
            else:
                await guarded(tx, rows)

        await database.write("guarded", "acme", unit)
        assert answers == [False, False, True]

        async def look(tx: Reader) -> list[list[Row]]:
            customer = "SELECT version, contact_phone FROM customers"
            return [await tx.fetch_all(sql) for sql in (APPENDED_IDS, COUNTS, customer)]

        assert await database.read("look", "acme", look) == [
            [(each,) for each in ids],
            [(2 * many,)],
            [(2, "1")],
        ]

    async def test_rows_behind_a_guard_are_undone_with_their_unit(self, database: Database) -> None:
        async def fails(_: Tx, __: list[Any]) -> None:
            raise NotFound

        async def guarded(tx: Tx, rows: list[Any]) -> None:
            assert await tx.insert_if(VERSION, {"id": "a", "version": 1}, APPENDED, rows)

        async def unit(tx: Tx) -> None:
            await insert("a")(tx)
            await tx.before_commit(guarded, [("a", 1)])
            await tx.before_commit(fails, [1])

        with pytest.raises(NotFound):
            await database.write("fails", "acme", unit)
        assert await kept(database) == []
        assert await database.read("ids", "acme", lambda tx: tx.fetch_all(APPENDED_IDS)) == []

    async def test_a_unit_that_asks_for_nothing_returns_its_result(
        self, database: Database
    ) -> None:
        async def unit(_: Tx) -> str:
            return "done"

        assert await database.write("nothing", "acme", unit) == "done"

    async def test_a_caller_who_goes_away_disturbs_nobody(self, database: Database) -> None:
        gone = asyncio.create_task(database.write("a", "acme", insert("a")))
        stays = asyncio.create_task(database.write("b", "acme", insert("b")))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays == "b"
        assert "b" in await kept(database)

    # What the database says no to

    async def test_a_violated_index_is_known_by_its_name(self, database: Database) -> None:
        await database.write("a", "acme", insert("a"))

        async def same_name(tx: Tx) -> None:
            await tx.execute(INSERT, id="other", name="a", phone=None, now=tx.now)

        async def same_name_among_many(tx: Tx) -> None:
            rows = [{"id": n, "name": n, "phone": None, "now": tx.now} for n in ("x", "y")]
            await tx.execute_many(INSERT, [*rows, {**rows[0], "id": "other", "name": "a"}])

        for unit in (same_name, same_name_among_many):
            with pytest.raises(UniqueViolation) as violated:
                await database.write("again", "acme", unit)
            assert violated.value.constraint == "customers_name_key"
        assert await kept(database) == ["a"]

    @pytest.mark.parametrize("statement", BROKEN)
    async def test_a_broken_statement_undoes_its_unit(
        self, database: Database, statement: str
    ) -> None:
        await database.write("a", "acme", insert("a"))

        async def unit(tx: Tx) -> None:
            await insert("b")(tx)
            await tx.execute(statement)

        before = await kept(database)
        with pytest.raises(Exception) as error:  # noqa: PT011 - each engine's own
            await database.write("broken", "acme", unit)
        assert not isinstance(error.value, UniqueViolation)
        assert await kept(database) == before
        await database.write("c", "acme", insert("c"))

    # Reading

    @long_or_not
    async def test_a_read_sees_one_moment(
        self, database: Database, elsewhere: Elsewhere, long: bool
    ) -> None:
        await database.write("a", "acme", insert("a"))

        async def unit(tx: Reader) -> list[list[str]]:
            before = await names(tx)
            elsewhere("DELETE FROM customers WHERE tenant_id = 'acme'")
            return [before, await names(tx)]

        assert await database.read("twice", "acme", unit, long=long) == [["a"], ["a"]]
        await asyncio.sleep(0)  # a moment may be as long as a turn of the event loop
        assert await database.read("names", "acme", names, long=long) == []

    @long_or_not
    async def test_nothing_can_be_written_while_reading(
        self, database: Database, elsewhere: Elsewhere, long: bool
    ) -> None:
        for statement in (
            "DELETE FROM customers WHERE tenant_id = 'acme'",
            "UPDATE customers SET name = 'x' WHERE tenant_id = 'acme' RETURNING id",
            "CREATE TABLE more (id TEXT)",
        ):
            await database.write("a", "acme", insert(statement))
            with pytest.raises(Exception) as error:  # noqa: PT011 - each engine's own
                await database.read(
                    "sly",
                    "acme",
                    lambda tx, sql=statement: tx.fetch_all(sql),  # type: ignore[misc]
                    long=long,
                )
            assert "read" in str(error.value).lower()
            assert (statement,) in elsewhere(NAMES)

    @long_or_not
    async def test_what_a_read_raises_reaches_its_caller(
        self, database: Database, long: bool
    ) -> None:
        refusal = NotFound()

        async def unit(tx: Reader) -> None:
            raise refusal

        for _ in range(3):
            with pytest.raises(NotFound) as raised:
                await database.read("fails", "acme", unit, long=long)
            assert raised.value is refusal
        assert await database.read("names", "acme", names, long=long) == []

    # Statements and values

    async def test_statements_tell_what_they_did(self, database: Database) -> None:
        async def unit(tx: Tx) -> list[Any]:
            rows = [{"id": n, "name": n, "phone": None, "now": 1} for n in "abc"]
            returned = await tx.execute_many(f"{INSERT} RETURNING id, name", rows)
            update = "UPDATE customers SET status = 2 WHERE tenant_id = 'acme' AND id > :id"
            return [
                returned,
                await tx.execute(update, id="a"),
                await tx.execute(update, id="z"),
                await tx.fetch_one(BY_ID, id="b"),
                await tx.fetch_one(BY_ID, id="z"),
                await tx.fetch_all(BY_ID, id="z"),
                await tx.execute_many(f"{INSERT} RETURNING id", []),
            ]

        assert await database.write("all", "acme", unit) == [
            [("a", "a"), ("b", "b"), ("c", "c")],
            2,
            0,
            ("b",),
            None,
            [],
            [],
        ]

    @pytest.mark.parametrize("ids", ["a", "abc"])
    async def test_rows_may_come_in_the_order_of_the_names(
        self, database: Database, ids: str
    ) -> None:
        async def unit(tx: Tx) -> list[Any]:
            await tx.execute_many(INSERT, [(n, f"name of {n}", None, 1) for n in ids])
            await tx.insert_deferred(APPENDED, [(n, 1) for n in ids])
            return await tx.fetch_all(NAMES)

        names = [(f"name of {n}",) for n in ids]
        assert await database.write("in order", "acme", unit) == names
        assert await database.read("ids", "acme", lambda tx: tx.fetch_all(APPENDED_IDS)) == [
            (n,) for n in ids
        ]

    async def test_on_conflict_do_nothing_changes_no_row(self, database: Database) -> None:
        async def unit(tx: Tx) -> int:
            statement = f"{INSERT} ON CONFLICT DO NOTHING"
            return await tx.execute(statement, id="a", name="a", phone=None, now=1)

        assert [await database.write("claim", "acme", unit) for _ in range(3)] == [1, 0, 0]

    @pytest.mark.parametrize(
        "text",
        ["", " a ", "客户 😀", "a'\";--", ":id %s ? $1", "\ufeffx", "e\u0301", "x" * 100_000],
    )
    async def test_text_comes_back_as_it_went_in(self, database: Database, text: str) -> None:
        async def unit(tx: Tx) -> None:
            await tx.execute(INSERT, id="a", name=text, phone=text, now=1)

        await database.write("text", "acme", unit)
        read = "SELECT name, contact_phone FROM customers WHERE tenant_id = 'acme'"
        assert await database.read("text", "acme", lambda tx: tx.fetch_one(read)) == (text, text)

    @pytest.mark.parametrize(
        "text", ["", "客户 😀", "a'\";--", "\\' \\", "$1 $$ :id", "'); DROP TABLE customers; --"]
    )
    async def test_a_first_statement_takes_whatever_any_other_takes(
        self, database: Database, text: str
    ) -> None:
        """Also when a connection has seen it before; and it may be any statement but the first."""
        statement = (
            "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, location,"
            " created_at) VALUES ('acme', 'POST', :path, :key, :bytes, :nothing, :now)"
            " ON CONFLICT DO NOTHING"
        )
        values = {"path": text, "bytes": bytes(range(256)), "nothing": None, "now": 2**63 - 1}

        def claim(key: str, *, first: bool = True) -> Unit:
            async def unit(tx: Tx) -> int:
                if not first:
                    await tx.fetch_all(NAMES)
                return await tx.execute_first(statement, key=key, **values)

            return unit

        claimed = [await database.write("claim", "acme", claim(key)) for key in "abcca"]
        assert claimed == [1, 1, 1, 0, 0]
        assert await database.write("claim", "acme", claim("d", first=False)) == 1
        read = (
            "SELECT key, path, fingerprint, location, created_at FROM idempotency_keys"
            " WHERE tenant_id = 'acme' ORDER BY key"
        )
        rows = await database.read("keys", "acme", lambda tx: tx.fetch_all(read))
        assert rows == [(key, text, bytes(range(256)), None, 2**63 - 1) for key in "abcd"]

    async def test_a_first_statement_is_refused_as_any_other(self, database: Database) -> None:
        def named_a(identifier: str) -> Unit:
            return lambda tx: tx.execute_first(INSERT, id=identifier, name="a", phone=None, now=1)

        assert await database.write("first", "acme", named_a("a")) == 1
        for identifier in "bcd":
            with pytest.raises(UniqueViolation) as violated:
                await database.write("first", "acme", named_a(identifier))
            assert violated.value.constraint == "customers_name_key"
        assert await kept(database) == ["a"]

    @pytest.mark.parametrize("number", [0, -(2**63), 2**63 - 1])
    async def test_numbers_are_whole_and_of_64_bits(self, database: Database, number: int) -> None:
        async def unit(tx: Tx) -> Row | None:
            await tx.execute(INSERT, id="a", name="a", phone=None, now=number)
            return await tx.fetch_one("SELECT created_at FROM customers WHERE tenant_id = 'acme'")

        assert await database.write("number", "acme", unit) == (number,)

    async def test_bytes_and_nothing_come_back_as_they_went_in(self, database: Database) -> None:
        async def unit(tx: Tx) -> Row | None:
            await tx.execute(
                "INSERT INTO idempotency_keys (tenant_id, method, path, key, fingerprint, body,"
                " created_at) VALUES ('acme', 'POST', '/', 'k', :bytes, NULL, 1)",
                bytes=bytes(range(256)),
            )
            return await tx.fetch_one(
                "SELECT fingerprint, body FROM idempotency_keys WHERE tenant_id = 'acme'"
            )

        assert await database.write("bytes", "acme", unit) == (bytes(range(256)), None)

    # Time

    async def test_a_unit_has_one_moment_and_moments_never_run_backwards(
        self, database: Database
    ) -> None:
        async def unit(tx: Reader) -> tuple[int, int]:
            first = tx.now
            await tx.fetch_one(NAMES)
            return first, tx.now

        moments = [await database.write("now", "acme", unit) for _ in range(20)]
        moments += [await database.read("now", "acme", unit) for _ in range(20)]
        assert all(first == last for first, last in moments)
        assert moments == sorted(moments)

    async def test_a_unit_may_be_backdated(self, database: Database) -> None:
        async def unit(tx: Tx) -> int:
            return tx.now

        assert (
            await database.write("past", "acme", unit, now=1_600_000_000_000) == 1_600_000_000_000
        )

    # Rows that are there when nobody expects them (see `storage.counters`)

    async def test_rows_that_leave_or_come_late_count_as_moves(self, database: Database) -> None:
        def adds(many: int) -> Unit:
            return lambda tx: counters.add(tx, "acme", "n", "k", many)

        async def moves(tx: Reader) -> int:
            return await counters.read(tx, "acme", counters.reorder_counter("n"), "k")

        await database.write("new", "acme", adds(5))
        assert await database.read("moves", "acme", moves) == 0
        await database.write("gone", "acme", adds(-2))
        assert await database.read("moves", "acme", moves) == 2
        await database.write("late", "acme", adds(4), now=1_600_000_000_000)
        assert await database.read("moves", "acme", moves) == 6

    # Reads that find that they take long

    async def test_a_read_that_may_not_hold_up_others_runs_where_it_does_not(
        self, database: Database
    ) -> None:
        async def unit(tx: Reader) -> list[str]:
            if not tx.may_take_long:
                raise TakesLong
            return await names(tx)

        await database.write("insert", "acme", insert("a"))
        assert await database.read("names", "acme", unit) == ["a"]

    # Overload, and the end

    async def test_what_waits_is_bounded(self, database: Database) -> None:
        answers = await asyncio.gather(
            *[database.write("names", "acme", names) for _ in range(6000)], return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert refused
        assert {type(error) for error in refused} == {RateLimited}
        assert [answer for answer in answers if answer not in refused] == [[]] * (
            6000 - len(refused)
        )

    async def test_stopping_finishes_what_is_waiting(
        self, database: Database, elsewhere: Elsewhere
    ) -> None:
        waiting = [
            asyncio.create_task(database.write("insert", "acme", insert(f"{n:02}"), long=n == 7))
            for n in range(20)
        ]
        await asyncio.sleep(0)
        await database.stop()
        assert await asyncio.gather(*waiting) == [f"{n:02}" for n in range(20)]
        assert len(elsewhere(NAMES)) == 20

    async def test_it_answers_while_it_runs(self, database: Database) -> None:
        await database.ping()
        await database.refresh_statistics()
        await database.ping()
