"""Customers: the companies and people that one sells to. All else hangs on them."""
