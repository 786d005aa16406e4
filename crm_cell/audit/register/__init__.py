"""Which tenants have a trail, and in which lanes: what is registered cannot go without a trace.

A chain proves what is in it, and its head where it ends; a chain that is removed with its head
leaves nothing that could be checked. So each lane is registered with its first entry, and a tenant
with its first lane. Rows are sealed with the key, and what they count only rises. Nothing is
written here by any other entry, so nobody waits for it.
"""
