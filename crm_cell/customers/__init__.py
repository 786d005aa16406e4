"""Customers: companies and people that a tenant sells to. Most other records belong to one."""
