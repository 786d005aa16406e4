"""Importing records of any resource from rows: of a file, or of JSON."""
