"""What was signed at a time has to be there still."""

import asyncio
import stat
import time
from pathlib import Path

import msgspec
import pytest

from crm_cell.audit import heads
from crm_cell.audit.heads import HeadsFile, SignedHead, sign
from tests.audit.conftest import KEYS
from tests.world import Beside, Caller, Running

_POLL_SECONDS = 0.01
HEAD = SignedHead("2026-11-23T00:00:00.000Z", "acme", 0, "an-id", "00ff")


async def test_every_chain_is_signed_where_it_ends(
    cell: Running, acme: Caller, charlie: Caller
) -> None:
    await acme.customer()
    await acme.customer()
    await charlie.customer()
    signed = await sign(cell.service.database, KEYS)
    last = cell.rows(
        "SELECT tenant_id, lane, id, link FROM audit_logs WHERE id IN"
        " (SELECT last_id FROM audit_heads) ORDER BY tenant_id, lane"
    )
    assert [
        (head.tenant_id, head.shard, head.last_id, bytes.fromhex(head.hash)) for head in signed
    ] == last
    assert all(head.is_genuine(KEYS) for head in signed)


async def test_a_head_that_is_not_as_it_was_written_is_not_signed(
    cell: Running, acme: Caller
) -> None:
    await acme.customer()
    cell.change("UPDATE audit_heads SET last_id = 'another'")
    assert await sign(cell.service.database, KEYS) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-24T00:00:00.000Z"},
        {"tenant_id": "globex"},
        {"shard": 1},
        {"last_id": "another"},
        {"hash": "00fe"},
        {"signature": "00"},
        {"signature": "ü"},
    ],
)
def test_a_changed_line_is_refused(change: dict[str, object]) -> None:
    signed = HEAD.signed(KEYS[0])
    assert signed.is_genuine(KEYS)
    assert not msgspec.structs.replace(signed, **change).is_genuine(KEYS)


def test_a_line_that_was_signed_without_a_key_is_refused() -> None:
    assert not HEAD.signed(b"").is_genuine((b"",))


async def test_the_file_gets_only_what_has_moved(
    cell: Running, acme: Caller, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    file = HeadsFile(cell.service.database, KEYS, path)
    for deeds in (1, 0, 1):
        for _ in range(deeds):
            await acme.customer()
        await file.sign()
    assert [head.last_id for head in heads.read(path)] == [
        row[0] for row in cell.rows("SELECT id FROM audit_logs ORDER BY id")
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_written_is_tried_again_later(
    cell: Running, acme: Caller, tmp_path: Path
) -> None:
    await acme.customer()
    folder = tmp_path / "later"
    file = HeadsFile(cell.service.database, KEYS, folder / "heads.jsonl")
    with pytest.raises(FileNotFoundError):
        await file.sign()
    folder.mkdir()
    await file.sign()
    assert len(heads.read(folder / "heads.jsonl")) == 1


async def test_a_service_signs_from_its_start(
    beside: Beside, tmp_path: Path, cell: Running, acme: Caller, periodic_work: None
) -> None:
    await acme.customer()
    path = tmp_path / "heads.jsonl"
    async with beside(audit_heads_path=str(path)):
        await asyncio.wait_for(asyncio.to_thread(wait_for, path), 10)
    assert len(heads.read(path)) == 1


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(_POLL_SECONDS)
