"""The HTTP layer: routing, authentication, limits, responses. Independent of the domains."""
