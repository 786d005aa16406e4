"""Which version of the tables this release reads and writes."""

# The newest revision under migrations/versions; a test holds the two together.
SCHEMA_VERSION = "0017"
