"""Tasks: work that a user has to do, mostly for a customer."""
