"""A CRM cell: customers, contacts, opportunities, follow-ups, contracts, payments, one REST API."""

__version__ = "2.1.0.dev0"
