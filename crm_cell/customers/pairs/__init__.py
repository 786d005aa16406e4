"""Pairs of customers that may be the same, as the periodic search has found them."""
