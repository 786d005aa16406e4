"""Contracts with customers, and the sums of their payments."""
