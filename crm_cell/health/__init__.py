"""Health checks for people, gateways and orchestrators."""
