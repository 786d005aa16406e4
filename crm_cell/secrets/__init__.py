"""Numbers and addresses under lock and key: ciphers, the keys of tenants, and their rotation."""
