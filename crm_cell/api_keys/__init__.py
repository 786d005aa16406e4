"""API keys over HTTP: who may see, create and revoke them."""
