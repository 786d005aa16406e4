"""The list of all resources, to which new ones are added."""

from functools import lru_cache, partial

from crm_cell.contacts.resource import contacts
from crm_cell.contacts.service import ContactService
from crm_cell.contracts.resource import contracts
from crm_cell.contracts.service import ContractService
from crm_cell.customers.resource import customers
from crm_cell.customers.service import CustomerService
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.follow_ups.service import FollowUpService
from crm_cell.goals.resource import goals
from crm_cell.matching.guard import DuplicateGuard
from crm_cell.opportunities.resource import opportunities
from crm_cell.opportunities.rules import DealRules
from crm_cell.opportunities.service import OpportunityService
from crm_cell.payments.resource import payments
from crm_cell.payments.service import PaymentService
from crm_cell.people.directory import Directory, Mode
from crm_cell.resources.registry import Registry
from crm_cell.resources.services import Limits, Services
from crm_cell.tasks.resource import tasks
from crm_cell.tasks.service import TaskService
from crm_cell.views.resource import views
from crm_cell.views.service import ViewService

# Of how many options the services, and their routes, are cached: a process needs one, tests a few.
CACHED = 16


def make_registry() -> Registry:
    """The order is that in which a deletion visits children. Raises InvalidDeclaration."""
    return Registry(
        customers, contacts, opportunities, follow_ups, contracts, payments, tasks, views, goals
    )


@lru_cache(CACHED)
def make_services(
    limits: Limits | None = None,
    *,
    search_texts: bool = False,
    deals: DealRules | None = None,
    users: Mode = "auto",
) -> Services:
    """Lists the service classes of resources that extend `Service`.

    They have no state but what is safe to share, so those with the same options are made once for
    a process.
    """
    services = Services(
        make_registry(),
        {
            customers: CustomerService,
            contacts: ContactService,
            opportunities: partial(OpportunityService, rules=deals or DealRules()),
            follow_ups: FollowUpService,
            contracts: ContractService,
            payments: PaymentService,
            tasks: TaskService,
            views: ViewService,
        },
        limits or Limits(),
        search_texts=search_texts,
        directory=Directory(users),
    )
    services.get(CustomerService).guard = DuplicateGuard(services)
    return services
