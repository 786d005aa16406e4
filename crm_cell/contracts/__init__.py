"""Contracts: what a customer has agreed to pay, and how much of it has come in."""
