"""Users of a tenant, by the ids that the identity provider gives them."""
