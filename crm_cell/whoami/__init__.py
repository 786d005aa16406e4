"""Who a caller is to the service, and what it offers them."""
