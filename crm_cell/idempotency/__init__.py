"""Idempotency: a repeated write runs once, and every copy gets the same response."""
