"""Uses the generated Python client against a running service: create, list, change, error."""

import os
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID, uuid4

from crm_client import AuthenticatedClient
from crm_client.api.customers import (
    customers_create,
    customers_get,
    customers_list,
    customers_update,
)
from crm_client.models import Customer, CustomerCreate, CustomerPage, CustomerPatch, Error

T = TypeVar("T")
TENANT = "python"


def main() -> None:
    with AuthenticatedClient(base_url=os.environ["CRM_URL"], token="test") as client:
        created, etag = create(client)
        page = the(CustomerPage, listed(client))
        assert (page.total, page.data) == (1, [created])
        changed = customers_update.sync_detailed(
            UUID(str(created.customer_id)),
            client=client,
            body=CustomerPatch(status=2),
            x_tenant_id=TENANT,
            x_request_id=str(uuid4()),
            if_match=etag,
        )
        assert (changed.status_code, the(Customer, changed.parsed).status) == (200, 2)
        refuse(client, created, etag, changed.headers["etag"])
    print("Python client: created, listed, changed under a condition, and refused as documented")


def create(client: AuthenticatedClient) -> tuple[Customer, str]:
    body = CustomerCreate(name="杭州云图科技有限公司", contact_phone="13812345678")
    answer = customers_create.sync_detailed(
        client=client, body=body, x_tenant_id=TENANT, x_request_id=str(uuid4())
    )
    created = the(Customer, answer.parsed)
    assert (answer.status_code, created.contact_phone) == (201, "138****5678")
    return created, answer.headers["etag"]


def listed(client: AuthenticatedClient) -> object:
    return customers_list.sync(client=client, x_tenant_id=TENANT, page_size=5)


def refuse(client: AuthenticatedClient, customer: Customer, old: str, new: str) -> None:
    customer_id = UUID(str(customer.customer_id))
    late = customers_update.sync_detailed(
        customer_id,
        client=client,
        body=CustomerPatch(contact_email="a@example.com"),
        x_tenant_id=TENANT,
        x_request_id=str(uuid4()),
        if_match=old,
    )
    assert (late.status_code, the(Error, late.parsed).code) == (412, "PRECONDITION_FAILED")
    known = customers_get.sync_detailed(
        customer_id, client=client, x_tenant_id=TENANT, if_none_match=new
    )
    assert known.status_code == HTTPStatus.NOT_MODIFIED
    twin = customers_create.sync(
        client=client,
        body=CustomerCreate(name=customer.name),
        x_tenant_id=TENANT,
        x_request_id=str(uuid4()),
    )
    assert the(Error, twin).code == "DUPLICATE_NAME"
    wrong = customers_create.sync(
        client=client,
        body=CustomerCreate(name=""),
        x_tenant_id=TENANT,
        x_request_id=str(uuid4()),
    )
    assert the(Error, wrong).code == "BAD_REQUEST"


def the(kind: type[T], found: object) -> T:
    assert isinstance(found, kind), found
    return found


if __name__ == "__main__":
    main()
