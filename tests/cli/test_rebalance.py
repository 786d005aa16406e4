"""crm-cell distribute --rebalance, on a stand-in for a cluster and its background jobs."""

import pytest

from crm_cell.storage.citus import rebalancing
from crm_cell.storage.errors import CannotOpen
from crm_cell.storage.open import place_of
from tests.cli.conftest import Terminal
from tests.databases import PostgresDatastore
from tests.storage.cluster import with_background


@pytest.fixture(autouse=True)
def looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebalancing, "POLL_SECONDS", 0.02)


@pytest.fixture
def mended(cluster_terminal: Terminal) -> Terminal:
    cluster_terminal.run("distribute", "--apply")
    return cluster_terminal


def test_it_blocks_writes_and_says_how_many_moves_there_were(
    mended: Terminal, coordinator: PostgresDatastore
) -> None:
    with_background(coordinator, "finished", [0.05, 0.1, 0.15])
    said = mended.run("distribute", "--rebalance")
    assert (said.code, said.out, said.err) == (0, "shard moves: 3\n", "")


def test_progress_is_reported(mended: Terminal, coordinator: PostgresDatastore) -> None:
    with_background(coordinator, "finished", [-1, 3_600])
    heard: list[tuple[int, int]] = []

    def report(done: int, moves: int) -> None:
        heard.append((done, moves))
        if done == 1:
            coordinator.rows("UPDATE moves SET done_at = now()")

    assert rebalancing.rebalance(coordinator.url, report) == 2
    assert heard == [(1, 2), (2, 2)]


def test_nothing_to_move_is_said(mended: Terminal, coordinator: PostgresDatastore) -> None:
    with_background(coordinator, None, [])
    said = mended.run("distribute", "--rebalance")
    assert (said.code, said.out) == (0, "every worker has its share already\n")


def test_a_move_that_fails_is_a_line(mended: Terminal, coordinator: PostgresDatastore) -> None:
    with_background(coordinator, "failed", [-1, "ERROR: disk full"])
    line = mended.fails("distribute", "--rebalance")
    place = place_of(coordinator.url)
    assert line == (f"crm-cell: {place}: rebalancing failed after 1 of 2 moves: ERROR: disk full")


def test_no_tenant_moves_to_a_worker_that_would_refuse_it(
    cluster_terminal: Terminal, coordinator: PostgresDatastore
) -> None:
    with_background(coordinator, "finished", [0.05])
    line = cluster_terminal.fails("distribute", "--rebalance")
    assert line.endswith("crm-cell distribute --apply comes first")
    said = cluster_terminal.run("distribute", "--apply", "--rebalance")
    assert said.code == 0
    assert said.out.endswith("\nshard moves: 1\n")


def test_what_is_not_distributed_is_not_rebalanced(postgres_datastore: PostgresDatastore) -> None:
    with pytest.raises(CannotOpen) as refused:
        rebalancing.rebalance(postgres_datastore.url, lambda *_: None)
    assert refused.value.reason.endswith("nothing is distributed: crm-cell distribute --apply")
