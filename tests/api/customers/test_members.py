"""What a business needs to know of a customer."""

from tests.world import Caller, Running, audit, faults, nothing_changes, refused

GIVEN = {
    "shortName": "云图",
    "uscc": "9135 0100 M000 100Y 43",
    "region": "330106",
    "address": "杭州市西湖区文三路 1 号",
    "website": "www.example.com",
    "remark": "第一行\n第二行",
    "level": "level.a",
    "source": "source.referral",
    "industry": "industry.software",
}
STORED = GIVEN | {"uscc": "91350100M000100Y43", "website": "https://www.example.com"}


async def test_they_are_stored_found_changed_and_cleared(acme: Caller, cell: Running) -> None:
    customer = await acme.customer(name="杭州云图科技有限公司", **GIVEN)
    other = await acme.customer(name="上海远景贸易有限公司", region="310104")
    where = f"/customers/{customer['customerId']}"
    assert {name: customer[name] for name in GIVEN} == STORED
    assert (await acme.get(where)).json() == customer
    for text, found in [
        ('uscc = "91350100M000100Y43"', [customer]),
        ('region ^= "33"', [customer]),
        ('region ^= "3"', [other, customer]),
        ('shortName ~ "云图"', [customer]),
        ("website is empty", [other]),
        ('level in ("level.a", "level.b") and source != "source.phone"', [customer]),
    ]:
        assert (await acme.get("/customers", filter=text)).json()["data"] == found, text
    page = (await acme.get("/customers", sort="region")).json()
    assert page["data"] == [other, customer]
    hits = (await acme.get("/search", q="yuntu")).json()
    assert customer["customerId"] in str(hits)

    cleared = await acme.patch(where, dict.fromkeys(GIVEN))
    assert {name: cleared.json()[name] for name in GIVEN} == dict.fromkeys(GIVEN)
    assert set(audit(cell)[-1]["changes"]) == set(GIVEN)
    assert (await acme.get("/customers", filter='shortName ~ "云图"')).json()["data"] == []


async def test_what_is_wrong_is_named_and_nothing_changes(acme: Caller, cell: Running) -> None:
    wrong = {
        "uscc": "91350100M000100Y44",
        "region": "999999",
        "website": "javascript:alert(1)",
        "shortName": "简" * 101,
        "level": "A",
    }
    async with nothing_changes(cell):
        answer = await acme.post("/customers", {"name": "云图", **wrong})
        body = refused(answer, 400, "BAD_REQUEST")
        unknown = await acme.post("/customers", {"name": "云图", "level": "A", "source": "B"})
    assert faults(unknown) == {("level", "not_one_of"), ("source", "not_one_of")}
    assert faults(answer) == {
        ("uscc", "malformed"),
        ("region", "malformed"),
        ("website", "malformed"),
        ("shortName", "too_long"),
        ("level", "not_one_of"),
    }
    [message] = [each["message"] for each in body["errors"] if each["field"] == "uscc"]
    assert message == "校验位不符，应为 3"


async def test_an_import_takes_them(acme: Caller) -> None:
    rows = [{"name": "云图", **GIVEN}, {"name": "远景", "uscc": "1"}]
    report = (await acme.post("/customers/import", {"items": rows})).json()
    assert (report["created"], [row["reason"] for row in report["errorsDetail"]]) == (
        1,
        ["统一社会信用代码不是 18 位统一社会信用代码"],
    )
    [customer] = (await acme.get("/customers")).json()["data"]
    assert {name: customer[name] for name in GIVEN} == STORED


async def test_options_are_read_and_written_by_their_labels_in_files(acme: Caller) -> None:
    text = "客户名称,级别,来源\n云图,A 重点,referral\n远景,特级,官网\n"
    report = await acme.post(
        "/customers/import", text.encode(), headers={"Content-Type": "text/csv; charset=utf-8"}
    )
    assert report.json()["created"] == 1, report.text
    [customer] = (await acme.get("/customers")).json()["data"]
    assert (customer["level"], customer["source"]) == ("level.a", "source.referral")
    file = (await acme.get("/customers/export", format="csv", columns="labels")).text
    assert "A 重点,转介绍" in file
    [fields] = (await acme.get("/fields", resource="customer")).json()["data"]
    [level] = [each for each in fields["fields"] if each["name"] == "level"]
    assert level["options"][0] == {
        "value": "level.a",
        "label": {"zh": "A 重点", "en": "A, key account"},
        "color": "red",
        "active": True,
    }
