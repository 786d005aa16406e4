"""How fast the service is, as ratios to what its machine can do at most. See README.md."""
