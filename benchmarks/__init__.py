"""Benchmarks: the service's speed relative to a minimal server on its machine. See README.md."""
