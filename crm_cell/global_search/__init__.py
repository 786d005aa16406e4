"""`GET /search`: every kind of record at once."""
