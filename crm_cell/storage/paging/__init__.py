"""Pages of lists: by cursor, by number, and from a cache."""
