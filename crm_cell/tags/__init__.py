"""Tags that a tenant gives to records."""
