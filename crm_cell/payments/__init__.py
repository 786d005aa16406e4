"""Payments: money that came in for a contract, entered once and never changed."""
