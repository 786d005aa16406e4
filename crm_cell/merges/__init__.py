"""Merges of customers that are the same, with undo."""
