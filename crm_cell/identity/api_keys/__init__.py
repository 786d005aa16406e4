"""API keys: tokens, storage, verification."""
