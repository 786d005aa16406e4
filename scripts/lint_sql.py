"""SQL stands only in stores, and every statement there names the tenant.

Usage: python -m scripts.lint_sql [folder]

Reads the syntax tree, so comments and docstrings may speak of SQL, and a statement is seen as one
string however it is put together: implicit concatenation, f-strings, `+`, with the module's own
constants filled in. A statement meant for all tenants at once says why on the line above it:

    # every tenant: the purge runs for the whole installation
    PURGE = "DELETE FROM idempotency_keys WHERE expires_at < :now"

Statements are also held to what a distributed database can do, as on
docs/contributing/schema-changes.md.
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
# Pieces that a statement is put together from; `{}` stands for what an f-string fills in.
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
# What no statement may hold, since a distributed database refuses it, or works it out on each node
# for itself; times and ids come as values.
NOT_DISTRIBUTED = {
    re.compile(
        r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|age"
        r"|unixepoch|strftime|julianday|datetime)\s*\("
        r"|\bCURRENT_(?:TIME|DATE|TIMESTAMP)\b|\bLOCALTIME(?:STAMP)?\b",
        re.IGNORECASE,
    ): "the time comes as a value",
    re.compile(
        r"\b(?:random|randomblob|gen_random_uuid|uuidv?\d|nextval)\s*\(", re.IGNORECASE
    ): "what is made up comes as a value",
    re.compile(r"\bWITH\s+RECURSIVE\b"): "no recursion",
    # Citus pulls such rows to the coordinator and copies them, which row-level security refuses.
    re.compile(
        r"\bINSERT\s+INTO\b.*\bSELECT\b.*\b(?:FROM|JOIN)\s+\w+\s*\(", re.DOTALL
    ): "INSERT … SELECT reads a table that lies beside its target",
}
# Only within one tenant can rows be locked that others have locked already.
SKIPS_LOCKED = re.compile(r"\bSKIP\s+LOCKED\b")
# What a caller sees is said in one place.
SCOPE = re.compile(r"\b(?:WHERE|AND|OR)\s+(?:\w+\()?(?:\w+\.)?owner_id\b[^=]*=\s*:owner\b")
INSERTED = re.compile(r"\s*INSERT\s+INTO\s+\S+\s*(\([^)]*\))?")
EVERY_TENANT = re.compile(r"#\s*every tenant:\s*\S")


class Text(NamedTuple):
    """A string in the source: its words, and the nodes a comment may stand above."""

    value: str
    line: int
    anchors: tuple[int, ...]


def faults(path: Path, source: str) -> Iterator[str]:
    """Each breach of a rule in one file, as `path:line: reason`."""
    in_store, in_storage = path.name == "store.py", "storage" in path.parent.parts
    tenant_needed = in_store or (in_storage and path.name == "counters.py")
    lines = source.splitlines()
    tree = ast.parse(source)
    for text in strings(tree, constants(tree)):
        if SCOPE.search(text.value) and path.name != "scope.py":
            yield f"{path}:{text.line}: storage/scope.py says what an owner sees"
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
            yield f"{where} SQL is written in upper case, so that it is seen: {shown(text.value)}"


def undistributed(sql: str) -> Iterator[str]:
    """Why a distributed database would not run it."""
    for pattern, reason in NOT_DISTRIBUTED.items():
        if pattern.search(sql):
            yield reason
    if SKIPS_LOCKED.search(sql) and "tenant_id" not in sql:
        yield "locks are skipped within one tenant only"
    inserted = INSERTED.match(sql)
    if inserted and "tenant_id" not in (inserted[1] or ""):
        yield "an INSERT names tenant_id among its columns"


def constants(module: ast.Module) -> dict[str, str]:
    """The strings that a module gives names at its top level; later ones may build on earlier."""
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
    """Every string of a tree except docstrings, a composed one once and whole."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring, or a string that does nothing
        value = None if isinstance(node, ast.Name) else literal(node, known)
        if value is not None and isinstance(node, ast.expr):
            yield Text(value, node.lineno, (*anchors, node.lineno))
        elif isinstance(node, ast.stmt):
            # A comment excuses the statement it stands above, not the body of a function below it.
            yield from strings(node, known, (node.lineno,))
        elif isinstance(node, ast.Call):
            yield from strings(node, known, (*anchors, node.lineno))
        else:
            yield from strings(node, known, anchors)


def literal(node: ast.AST, known: dict[str, str]) -> str | None:
    """The text of a string expression, `{}` where a value goes in; None if it is something else."""
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
    """Whether the comment right above one of the lines says that every tenant is meant, and why."""
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
