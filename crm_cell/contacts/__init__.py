"""Contacts: the people one speaks to at a customer."""
