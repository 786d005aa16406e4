"""GET /metrics for people and dashboards: the tenant's figures as JSON."""

from tests.world import Caller, refused


async def test_an_empty_tenant_has_zeros(acme: Caller) -> None:
    answer = await acme.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {
        "cell": "crm",
        "metrics": {
            "customer_total": 0,
            "opportunity_total": 0,
            "opportunity_win_count": 0,
            "conversion_rate_pct": 0,
            "funnel_by_stage": [],
        },
    }


async def test_it_counts_customers_and_opportunities_and_how_many_were_won(acme: Caller) -> None:
    customer = await acme.customer()
    await acme.customer()
    for stage in (1, 1, 5):
        await acme.opportunity(customer, stage=stage, amountCents=100)
    gone = await acme.opportunity(customer, stage=5)
    await acme.delete(f"/opportunities/{gone['opportunityId']}")
    assert (await acme.get("/metrics")).json()["metrics"] == {
        "customer_total": 2,
        "opportunity_total": 3,
        "opportunity_win_count": 1,
        "conversion_rate_pct": 33.33,
        "funnel_by_stage": [
            {
                "stage": 1,
                "stageName": "初步接洽",
                "status": 1,
                "currency": "CNY",
                "count": 2,
                "totalAmountCents": 200,
            },
            {
                "stage": 5,
                "stageName": "赢单",
                "status": 2,
                "currency": "CNY",
                "count": 1,
                "totalAmountCents": 100,
            },
        ],
    }


async def test_each_sees_their_own(
    acme: Caller, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    await alice.opportunity(await alice.customer(), stage=5)
    await bob.opportunity(await bob.customer(), stage=6)
    await bob.customer()
    seen = {}
    for caller in (acme, alice, bob, charlie):
        metrics = (await caller.get("/metrics")).json()["metrics"]
        seen[caller.user or caller.tenant] = (
            metrics["customer_total"],
            metrics["opportunity_total"],
            metrics["conversion_rate_pct"],
        )
    assert seen == {
        "acme": (3, 2, 50.0),
        "alice": (1, 1, 100.0),
        "bob": (2, 1, 0.0),
        "globex": (0, 0, 0.0),
    }


async def test_stages_are_named_in_english_when_asked(acme: Caller) -> None:
    await acme.opportunity(await acme.customer(), stage=4)
    answer = await acme.get("/metrics", headers={"Accept-Language": "en"})
    assert answer.json()["metrics"]["funnel_by_stage"][0]["stageName"] == "Negotiation"


async def test_it_needs_a_tenant(acme: Caller) -> None:
    answer = await acme.get("/metrics", headers={"X-Tenant-Id": ""})
    assert answer.status_code == 400


async def test_it_needs_a_token(acme: Caller) -> None:
    refused(await acme.get("/metrics", headers={"Authorization": "Basic x"}), 401, "UNAUTHORIZED")
