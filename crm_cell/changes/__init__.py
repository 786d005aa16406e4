"""The changes feed: what has changed in a tenant, in order, for those who keep a copy."""
