"""Authentication: signed tokens, tokens of the platform, API keys."""
