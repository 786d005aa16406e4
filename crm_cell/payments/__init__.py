"""Payments received for contracts. They are never changed."""
