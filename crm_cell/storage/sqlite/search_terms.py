"""The table of SQLite's full-text index.

Migrations run on the SQLite of Python, which may be older than the features that the table uses,
or come without FTS5. So the SQLite that the service uses makes the table behind a migration and,
where that was interrupted, before the file is served.
"""

import apsw

# Without the text, of which the records have the only copy, and without positions: an entry is a
# set of terms. The tokenizer separates them at blanks.
_CREATE = """
CREATE VIRTUAL TABLE IF NOT EXISTS search_terms USING fts5(
    terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
)
"""


def create(connection: apsw.Connection) -> None:
    """Raises apsw.Error. Where the table is there, nothing is locked."""
    connection.execute(_CREATE)
