"""Limits of requests: rates, concurrency, body size and time, origins, local access."""
