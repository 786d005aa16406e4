"""Checks that SQL is only in stores, and that every statement names the tenant.

Usage: python -m scripts.lint_sql [folder]

It reads the syntax tree, so that comments and docstrings may mention SQL, and a statement is one
string however it is composed: implicit concatenation, f-strings, `+`, with the module's own
constants filled in. A statement for all tenants needs a comment with the reason above it:

    # every tenant: the purge runs for the whole installation
    PURGE = "DELETE FROM idempotency_keys WHERE expires_at < :now"

Statements must also run on a distributed database, see docs/contributing/schema-changes.md.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

STATEMENT = re.compile(
    r"""\s*(?:
        SELECT\s+\S
      | INSERT\s+(?:OR\s+\w+\s+)?INTO\b | REPLACE\s+INTO\b
      | UPDATE\s+\S+\s+SET\b | DELETE\s+FROM\b | TRUNCATE\s+\w
      | WITH\s+(?:RECURSIVE\s+)?\S+\s*(?:\([^)]*\)\s*)?AS\b | VALUES\s*\(
      | (?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+|UNIQUE\s+|TEMP\w*\s+|VIRTUAL\s+)*
        (?:TABLE|INDEX|VIEW|TRIGGER|SCHEMA|EXTENSION|FUNCTION|TYPE|DATABASE|ROLE|POLICY|SEQUENCE)\b
      | PRAGMA\s+\w | BEGIN(?:\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED|TRANSACTION))*\s*;?\s*$
      | (?:COMMIT|ROLLBACK)\s*;?\s*$ | ROLLBACK\s+TO\b
      | SAVEPOINT\s+\S | RELEASE\s+(?:SAVEPOINT\s+)?\S
      | SET\s+(?:LOCAL|SESSION)\s+\w | EXPLAIN\s+\w | COPY\s+\w | VACUUM\b | ANALYZE\b
    )""",
    re.VERBOSE,
)
# Parts of composed statements; `{}` stands for a value of an f-string.
FRAGMENT = re.compile(
    r"""\s*(?:\{\}\s*)?(?:
        WHERE\s+\S | (?:ORDER|GROUP)\s+BY\b | HAVING\s+\S | LIMIT\s+[:\d{] | ON\s+CONFLICT\b
      | (?:LEFT\s+|INNER\s+|CROSS\s+)?JOIN\s+\S | UNION\b | RETURNING\s+\S | FOR\s+UPDATE\b
    )""",
    re.VERBOSE,
)
LOWER_CASE = re.compile(
    r"\s*(?:select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)",
    re.IGNORECASE | re.DOTALL,
)
# Expressions that a distributed database refuses, or evaluates on each node separately. Times and
# ids are passed as parameters.
NOT_DISTRIBUTED = {
    re.compile(
        r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|age"
        r"|unixepoch|strftime|julianday|datetime)\s*\("
        r"|\bCURRENT_(?:TIME|DATE|TIMESTAMP)\b|\bLOCALTIME(?:STAMP)?\b",
        re.IGNORECASE,
    ): "the time must be a parameter",
    re.compile(
        r"\b(?:random|randomblob|gen_random_uuid|uuidv?\d|nextval)\s*\(", re.IGNORECASE
    ): "a generated value must be a parameter",
    re.compile(r"\bWITH\s+RECURSIVE\b"): "no recursion",
    # Citus pulls such rows to the coordinator and copies them, which row-level security refuses.
    re.compile(
        r"\bINSERT\s+INTO\b.*\bSELECT\b.*\b(?:FROM|JOIN)\s+\w+\s*\(", re.DOTALL
    ): "INSERT … SELECT must read a table that is co-located with its target",
}
# Citus supports SKIP LOCKED only within one tenant.
SKIPS_LOCKED = re.compile(r"\bSKIP\s+LOCKED\b")
# Conditions for visibility belong into one module.
SCOPE = re.compile(r"\b(?:WHERE|AND|OR)\s+(?:\w+\()?(?:\w+\.)?owner_id\b[^=]*=\s*:owner\b")
# Requests read the entries of every tenant there, see decision 36: so a statement names the tenant,
# and no other table, since PostgreSQL would then use no index over terms.
SEARCH_INDEX = "search_entries"
FULL_TEXT = "search_terms"
"""SQLite's own table for it, which has no columns but the terms."""
READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
NAMED_QUERY = re.compile(r"\bWITH (\w+) AS\b")
NAMES_TENANT = re.compile(r"\btenant_id\s*=\s*:")
INSERTED = re.compile(r"\s*INSERT\s+INTO\s+\S+\s*(\([^)]*\))?")
EVERY_TENANT = re.compile(r"#\s*every tenant:\s*\S")


class Text(NamedTuple):
    """A string in the source, with its text and the lines above which a comment may be."""

    value: str
    line: int
    anchors: tuple[int, ...]


def faults(path: Path, source: str) -> Iterator[str]:
    """The faults of one file, as `path:line: reason`."""
    in_store, in_storage = path.name == "store.py", "storage" in path.parent.parts
    tenant_needed = in_store or (in_storage and path.name == "counters.py")
    lines = source.splitlines()
    tree = ast.parse(source)
    for text in strings(tree, constants(tree)):
        if SCOPE.search(text.value) and path.name != "visibility.py":
            yield f"{path}:{text.line}: resources/visibility.py says what an owner sees"
        is_statement = STATEMENT.match(text.value) is not None
        is_sql = is_statement or FRAGMENT.match(text.value) is not None
        where = f"{path}:{text.line}:"
        if is_sql and not (in_store or in_storage):
            yield f"{where} SQL outside a store: {shown(text.value)}"
        elif tenant_needed and is_sql:
            if is_statement and "tenant_id" not in text.value and not excused(lines, text.anchors):
                yield f"{where} a statement without tenant_id: {shown(text.value)}"
            for reason in undistributed(text.value):
                yield f"{where} {reason}: {shown(text.value)}"
        elif tenant_needed and not is_sql and LOWER_CASE.match(text.value):
            yield f"{where} SQL must be in upper case, so that it is found: {shown(text.value)}"


def undistributed(sql: str) -> Iterator[str]:
    """Why a distributed database could not run the statement."""
    for pattern, reason in NOT_DISTRIBUTED.items():
        if pattern.search(sql):
            yield reason
    if SKIPS_LOCKED.search(sql) and "tenant_id" not in sql:
        yield "SKIP LOCKED needs a tenant_id"
    tables = set(READ.findall(sql)) - set(NAMED_QUERY.findall(sql))
    if SEARCH_INDEX in tables and tables - {SEARCH_INDEX, FULL_TEXT}:
        yield "the search index is read in a statement of its own"
    if SEARCH_INDEX in tables and "terms" in sql and not NAMES_TENANT.search(sql):
        yield "the search index is read for one tenant"
    inserted = INSERTED.match(sql)
    if inserted and FULL_TEXT not in sql and "tenant_id" not in (inserted[1] or ""):
        yield "an INSERT must have the column tenant_id"


def constants(module: ast.Module) -> dict[str, str]:
    """The string constants of a module; later ones may use earlier ones."""
    known: dict[str, str] = {}
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = literal(value, known)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                text = literal(value, known)
            case _:
                continue
        if text is not None:
            known[name] = text
    return known


def strings(tree: ast.AST, known: dict[str, str], anchors: tuple[int, ...] = ()) -> Iterator[Text]:
    """Every string of a tree except docstrings; a composed string is one string."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring, or a string that does nothing
        value = None if isinstance(node, ast.Name) else literal(node, known)
        if value is not None and isinstance(node, ast.expr):
            yield Text(value, node.lineno, (*anchors, node.lineno))
        elif isinstance(node, ast.stmt):
            # A comment applies to the statement below it, but not to the body of a function.
            yield from strings(node, known, (node.lineno,))
        elif isinstance(node, ast.Call):
            yield from strings(node, known, (*anchors, node.lineno))
        else:
            yield from strings(node, known, anchors)


def literal(node: ast.AST, known: dict[str, str]) -> str | None:
    """The text of a string expression with `{}` for values; None for any other expression."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return known.get(name)
        case ast.FormattedValue(value=value):
            return literal(value, known)
        case ast.JoinedStr(values=parts):
            return "".join(filled(literal(part, known)) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            pieces = (literal(left, known), literal(right, known))
            return None if pieces == (None, None) else "".join(map(filled, pieces))
    return None


def filled(piece: str | None) -> str:
    return "{}" if piece is None else piece


def excused(lines: list[str], anchors: tuple[int, ...]) -> bool:
    """Whether a comment directly above one of the lines gives the reason for all tenants."""
    return any(EVERY_TENANT.search("\n".join(comment_above(lines, line))) for line in anchors)


def comment_above(lines: list[str], line: int) -> Iterator[str]:
    above = line - 2  # `line` counts from one
    while above >= 0 and lines[above].lstrip().startswith("#"):
        yield lines[above]
        above -= 1


def shown(sql: str) -> str:
    return " ".join(sql.split())[:60]


def main(folder: str = "crm_cell") -> int:
    found = [
        fault
        for path in sorted(Path(folder).rglob("*.py"))
        for fault in faults(path, path.read_text(encoding="utf-8"))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
