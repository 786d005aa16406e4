"""Field encryption: ciphers, the keys of tenants, and key rotation."""
