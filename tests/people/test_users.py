"""Users: provisioned, read by everybody, and what owners have to be once there are some."""

from tests.people.conftest import OWN, Named, Person
from tests.world import Beside, Caller, Running, audit, events, faults, nothing_changes, refused

BOB = {"name": "李波", "email": "bob@acme.example", "timeZone": "Europe/Berlin"}


async def test_a_user_is_provisioned_read_changed_and_leaves(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running
) -> None:
    first = await acme.put("/users/bob", BOB)
    bob = first.json()
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert first.headers["location"] == "/api/v1/crm/users/bob"
    assert bob == BOB | {
        "userId": "bob",
        "tenantId": "acme",
        "status": "active",
        "locale": "zh",
        "teamIds": [],
        "leadOf": [],
        "createdAt": bob["createdAt"],
        "updatedAt": bob["createdAt"],
    }
    logged = {name: bob[name] for name in ("name", "email", "status", "locale", "timeZone")}
    [entry] = audit(cell)
    assert (entry["action"], entry["resourceType"], entry["resourceId"]) == (
        "created",
        "user",
        "bob",
    )
    assert entry["changes"] == {name: {"after": value} for name, value in logged.items()}
    [event] = events(cell)
    assert event["eventType"] == "crm.user.created"
    assert event["data"] == {name: bob[name] for name in bob if name not in ("teamIds", "leadOf")}

    again = await acme.put("/users/bob", BOB)
    assert (again.status_code, again.json(), len(audit(cell))) == (200, bob, 1)
    refused(
        await acme.put("/users/bob", BOB, headers={"If-None-Match": "*"}),
        412,
        "PRECONDITION_FAILED",
    )
    refused(
        await acme.put("/users/eve", BOB, headers={"If-Match": "*"}), 412, "PRECONDITION_FAILED"
    )

    assert (await alice.get("/users/bob")).json() == bob
    assert await alice.rows("/users") == [bob]
    refused(await charlie.get("/users/bob"), 404, "NOT_FOUND")
    assert (await charlie.get("/users")).json()["total"] == 0

    changed = await acme.patch("/users/bob", {"locale": "en"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["locale"], changed.headers["etag"]) == (
        200,
        "en",
        '"2"',
    )
    assert audit(cell)[-1]["changes"] == {"locale": {"before": "zh", "after": "en"}}
    replaced = (await acme.put("/users/bob", {"name": "李波"})).json()
    assert (replaced["email"], replaced["locale"], replaced["timeZone"]) == (
        None,
        "zh",
        "Asia/Shanghai",
    )

    left = await acme.patch("/users/bob", {"status": "left"})
    assert (left.status_code, left.json()["status"]) == (200, "left")
    assert (await alice.get("/users", status="active")).json()["total"] == 0
    assert (await alice.get("/users", status="left")).json()["total"] == 1
    assert (await alice.get("/users")).json()["total"] == 1
    summary = (await acme.get("/audit-logs", resourceId="bob")).json()["data"][0]["summary"]
    assert summary == "系统修改了用户「李波」：状态 在职 → 离职"


async def test_bad_input_names_the_member(acme: Caller, cell: Running) -> None:
    async with nothing_changes(cell):
        assert faults(await acme.put("/users/bob", {})) == {("name", "required")}
        wrong = {"name": "", "status": "gone", "locale": "de", "timeZone": "Mars/Base", "x": 1}
        assert faults(await acme.put("/users/bob", wrong)) == {
            ("name", "too_short"),
            ("status", "not_one_of"),
            ("locale", "not_one_of"),
            ("timeZone", "malformed"),
            ("x", "unknown"),
        }
        assert faults(await acme.put("/users/%20bob", {"name": "李波"})) == {
            ("userId", "malformed")
        }
        refused(await acme.patch("/users/bob", {"name": "李波"}), 404, "NOT_FOUND")
        assert faults(await acme.get("/users", status="gone")) == {("status", "not_one_of")}


async def test_users_change_some_of_themselves_and_administrators_all(
    guarded: Running, person: Named, admin: Person
) -> None:
    await admin.put("/users/alice", {"name": "Alice"})
    await admin.put("/users/bob", {"name": "Bob"})
    alice = person("alice")
    mine = await alice.patch("/users/alice", {"name": "艾丽", "locale": "en", "timeZone": "UTC"})
    assert (mine.status_code, mine.json()["name"]) == (200, "艾丽")
    profile = (await alice.get("/whoami")).json()["profile"]
    assert profile == mine.json()
    assert (await person("eve").get("/whoami")).json()["profile"] is None
    async with nothing_changes(guarded):
        refused(await alice.patch("/users/alice", {"status": "left"}), 403, "FORBIDDEN")
        refused(await alice.patch("/users/bob", {"name": "Rob"}), 403, "FORBIDDEN")
        refused(await alice.put("/users/alice", {"name": "A"}), 403, "FORBIDDEN")
        # The scope alone is not enough for a caller who sees only their own records.
        narrow = person("alice", f"{OWN} crm:admin")
        refused(await narrow.put("/users/bob", {"name": "B"}), 403, "FORBIDDEN")
        refused(await narrow.patch("/users/bob", {"name": "B"}), 403, "FORBIDDEN")
    assert (await admin.patch("/users/bob", {"email": "bob@acme.example"})).status_code == 200


async def test_owners_are_free_until_there_are_users_and_then_active_ones(
    acme: Caller, alice: Caller, charlie: Caller, cell: Running, beside: Beside
) -> None:
    free = await acme.customer(ownerId="eve")
    await acme.put("/users/bob", {"name": "Bob"})
    await acme.put("/users/dora", {"name": "Dora", "status": "left"})
    bobs = await acme.customer(ownerId="bob")
    path = f"/customers/{bobs['customerId']}"

    def unknown(answer: object, message: str = "用户不存在", user: str = "eve") -> None:
        body = refused(answer, 400, "BUSINESS_RULE_VIOLATION")  # type: ignore[arg-type]
        assert (body["message"], body["details"]) == (message, f"ownerId：用户 {user}")

    async with nothing_changes(cell):
        unknown(await acme.post("/customers", {"name": "甲", "ownerId": "eve"}))
        unknown(
            await acme.post("/customers", {"name": "甲", "ownerId": "dora"}), "用户已离职", "dora"
        )
        unknown(await acme.patch(path, {"ownerId": "eve"}))
        unknown(await alice.post("/customers", {"name": "甲"}), user="alice")
        unknown(await alice.post("/customers/import", {"items": [{"name": "甲"}]}), user="alice")
        english = {"Accept-Language": "en"}
        body = {"title": "回电", "assigneeId": "eve"}
        found = refused(
            await acme.post("/tasks", body, headers=english), 400, "BUSINESS_RULE_VIOLATION"
        )
        assert (found["message"], found["details"]) == (
            "The user does not exist",
            "assigneeId: the user eve",
        )
        deal = {"customerId": bobs["customerId"], "title": "单", "amountCents": 1, "ownerId": "eve"}
        unknown(await acme.post("/opportunities", deal))

    items = [{"name": "乙", "ownerId": "bob"}, {"name": "丙", "ownerId": "eve"}]
    batch = await acme.post("/customers/batch", {"mode": "create", "items": items})
    assert [each["status"] for each in batch.json()["results"]] == [201, 400]
    change = {"ids": [bobs["customerId"]], "set": {"ownerId": "eve"}}
    bulk = (await acme.post("/customers/bulk", change)).json()
    assert [each["code"] for each in bulk["failures"]] == ["BUSINESS_RULE_VIOLATION"]
    rows = [body, {**body, "assigneeId": "bob"}]
    report = (await acme.post("/tasks/import", {"items": rows})).json()
    assert [each["index"] for each in report["details"]] == [1], report
    assert [(each["index"], each["code"]) for each in report["errorsDetail"]] == [
        (0, "BUSINESS_RULE_VIOLATION")
    ]

    # What was there before stays as it is, and can be changed and given to somebody.
    old = f"/customers/{free['customerId']}"
    assert (await acme.patch(old, {"name": "改名"})).status_code == 200
    assert (await acme.patch(old, {"ownerId": "bob"})).status_code == 200
    assert (await acme.patch(old, {"ownerId": None})).status_code == 200
    assert (await charlie.customer(ownerId="eve"))["ownerId"] == "eve"
    async with beside(users="open") as other:
        open_ = Caller(other.client, "acme")
        assert (await open_.customer(ownerId="eve"))["ownerId"] == "eve"
    async with beside(users="registered") as other:
        globex = Caller(other.client, "globex")
        unknown(await globex.post("/customers", {"name": "丁", "ownerId": "eve"}))


async def test_who_still_owns_records_has_not_left(acme: Caller, cell: Running) -> None:
    await acme.put("/users/bob", {"name": "Bob"})
    customer = await acme.customer(ownerId="bob")
    await acme.opportunity(customer, ownerId="bob")
    won = await acme.opportunity(customer, ownerId="bob")
    await acme.patch(f"/opportunities/{won['opportunityId']}", {"status": 2})
    await acme.post("/tasks", {"title": "回电", "assigneeId": "bob"})
    async with nothing_changes(cell):
        answer = await acme.patch("/users/bob", {"status": "left"})
        body = refused(answer, 409, "CONFLICT")
        assert body["details"] == "客户 1、商机 1、任务 1"
        refused(await acme.put("/users/bob", {"name": "Bob", "status": "left"}), 409, "CONFLICT")


async def test_a_user_registers_with_the_first_request_where_a_setting_allows(
    acme: Caller, beside: Beside, cell: Running
) -> None:
    async with beside(register_users=True) as other:
        bob = Caller(other.client, "acme", "bob")
        assert (await bob.get("/customers")).status_code == 200
        [user] = await bob.rows("/users")
        assert (user["userId"], user["name"], user["status"]) == ("bob", "bob", "active")
        async with nothing_changes(cell):
            assert (await bob.get("/customers")).status_code == 200
            assert (await Caller(other.client, "acme").get("/customers")).status_code == 200
        assert (await bob.customer())["ownerId"] == "bob"
        assert audit(cell)[0]["actor"] == "bob"
