"""A register of the tenants and shards that have an audit log, which reveals removed chains.

A chain protects its entries and its head protects its end, but a chain that is removed together
with its head leaves nothing to check. So each shard is registered with its first entry, and a
tenant with its first shard. Rows are authenticated with a MAC, and their counts only grow. Further
entries do not write to the register, so no writer waits for it.
"""
