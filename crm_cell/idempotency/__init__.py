"""A write happens once, however often it is sent, and every copy gets the same answer."""
