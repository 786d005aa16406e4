"""X-Change-Origin: where a change came from is in the audit log and in the event."""

import pytest

from tests.world import Caller, Running, faults, nothing_changes

ERP = {"X-Change-Origin": "erp"}


async def test_the_origin_of_a_change_is_shown(acme: Caller, cell: Running) -> None:
    created = (await acme.post("/customers", {"name": "甲"}, headers=ERP)).json()
    path = f"/customers/{created['customerId']}"
    await acme.patch(path, {"name": "乙"})
    await acme.put("/customers/by/erp/1", {"name": "丙"}, headers={"X-Change-Origin": "Kingdee.2"})
    items = [{"name": "丁"}]
    await acme.post("/customers/batch", {"mode": "create", "items": items}, headers=ERP)
    await acme.delete(path, headers=ERP)
    expected = ["erp", None, "Kingdee.2", "erp", "erp"]
    entries = await acme.rows("/audit-logs")
    assert [each["origin"] for each in reversed(entries)] == expected
    assert cell.rows("SELECT origin FROM events ORDER BY id") == [(each,) for each in expected]


@pytest.mark.parametrize("origin", ["", "a b", "张", "x" * 65, "a/b"])
async def test_a_malformed_origin_is_refused_on_writes_alone(
    origin: str, acme: Caller, cell: Running
) -> None:
    given = {"X-Change-Origin": origin}
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": "甲"}, headers=given)
        assert faults(answer) == {("X-Change-Origin", "malformed")}
        assert (await acme.get("/customers", headers=given)).status_code == 200
