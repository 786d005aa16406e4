"""The recycle bin: deleted records, and their removal for good."""
