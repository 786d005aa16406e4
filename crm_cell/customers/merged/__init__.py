"""Customers that were merged into others."""
