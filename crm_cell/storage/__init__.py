"""Knows databases, knows no customer."""
