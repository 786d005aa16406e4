"""Waiting requests are woken by what other processes write."""

from crm_cell.events.waiters import Waiters, Watch


async def test_a_tenant_without_anything_yet_is_watched_until_there_is_something() -> None:
    waiters, marks = Waiters(), dict[str, str | None]()

    async def newest(tenant: str) -> str | None:
        return marks.get(tenant)

    watch = Watch(waiters, newest)
    with waiters.waiting("acme") as waiting:
        await watch.look()
        assert not waiting.is_woken
        marks["acme"] = "first"
        await watch.look()
        assert waiting.is_woken
