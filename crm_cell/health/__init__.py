"""Is it alive, is it ready: for people, gateways and orchestrators."""
