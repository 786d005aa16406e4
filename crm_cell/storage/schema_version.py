"""The schema version that this release reads and writes."""

# The newest revision under migrations/versions; a test compares them.
SCHEMA_VERSION = "0048"
