"""Which customers and contacts may be the same as a customer, and whether a write is refused for
it."""
