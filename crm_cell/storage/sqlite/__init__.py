"""SQLite: group commit, one writer, one process for each file."""
