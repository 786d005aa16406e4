"""Readers for files of rows: encodings, separators, workbooks, JSON."""
