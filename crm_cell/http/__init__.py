"""Knows HTTP, knows no customer."""
