"""The ids that a person has in other systems are exported and erased with the person."""

import json

from tests.privacy.person import erase, export
from tests.world import Caller, Running, refused


async def planted(acme: Caller) -> dict[str, str]:
    asked = {
        "mode": "create",
        "source": "erp",
        "items": [
            {"externalId": "K-1", "name": "张三", "contactPhone": "13812345678"},
            {"externalId": "K-2", "name": "别人"},
        ],
    }
    report = await acme.post("/customers/batch", asked, key="planted")
    return {str(each["index"]): each["id"] for each in report.json()["results"]}


async def test_an_export_has_them(cell: Running, acme: Caller) -> None:
    ids = await planted(acme)
    document = await export(cell, customer_id=ids["0"])
    assert document["externalIds"] == [
        {"customerId": ids["0"], "source": "erp", "externalId": "K-1"}
    ]
    [answer] = [each for each in document["answers"] if each["path"] == "/customers/batch"]
    assert [each["id"] for each in answer["body"]["results"]] == [ids["0"]]


async def test_an_erasure_removes_them_and_the_answer_of_the_batch(
    cell: Running, acme: Caller
) -> None:
    ids = await planted(acme)
    await erase(cell, customer_id=ids["0"])
    assert cell.rows("SELECT external_id FROM external_ids") == [("K-2",)]
    refused(await acme.get("/customers/by/erp/K-1"), 404, "NOT_FOUND")
    assert (await acme.get("/customers/by/erp/K-2")).status_code == 200
    again = await acme.post("/customers/batch", {"mode": "create", "items": [{}]}, key="planted")
    refused(again, 404, "NOT_FOUND")
    assert ids["0"] not in json.dumps(
        [str(row) for row in cell.rows("SELECT body FROM idempotency_keys")]
    )
    created = await acme.put("/customers/by/erp/K-1", {"name": "李四"})
    assert created.status_code == 201
