"""Members of a record: users beside its owner who read it, and what belongs to it.

A table of members has the columns `tenant_id`, `user_id`, `role`, and that of the record's id.
"""
