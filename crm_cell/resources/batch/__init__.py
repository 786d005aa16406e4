"""Writing many records of one resource by one request."""
