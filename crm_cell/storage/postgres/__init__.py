"""PostgreSQL: a pool of connections, one transaction for each unit of work."""
