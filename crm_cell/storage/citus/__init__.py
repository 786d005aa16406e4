"""Citus: tables distributed over several PostgreSQL servers."""
