"""Writes the tables of members into the pages of the API reference, from the declarations.

Usage: python -m scripts.member_tables [--check]

A page with a table contains the lines `<!-- members of TABLE -->` and `<!-- end of members -->`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from crm_cell.fields import Field, Writable
from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource
from crm_cell.resources.views import camel

PAGES = Path("docs/reference/api")
BLOCK = re.compile(r"(<!-- members of (\w+) -->\n).*?(<!-- end of members -->)", re.DOTALL)


def table(resource: AnyResource) -> str:
    return "\n".join(["| Member | Create | |", "| --- | --- | --- |", *_rows(resource)]) + "\n"


def _rows(resource: AnyResource) -> Iterator[str]:
    read_only = [camel(resource.id_member), "tenantId"]
    for field in resource.fields.values():
        if field.visible and field.writable is Writable.NEVER and not field.options:
            read_only.append(camel(field.name))
        elif field.visible:
            yield f"| `{camel(field.name)}` |{_create(field)}| {_meaning(field)} |"
    named = ", ".join(f"`{name}`" for name in [*read_only, "createdAt", "updatedAt"])
    yield f"| {named} | | read-only |"


def _create(field: Field) -> str:
    if field.writable is Writable.NEVER:
        return " read-only "
    if field.is_required:
        return " required "
    if field.options and field.default_value is not None:
        return f" `{field.default_value}` by default "
    return " "


def _meaning(field: Field) -> str:
    assert field.label is not None, "every visible field has a label"
    chinese, english = field.label
    text = f"{english} ({chinese})"
    if field.reference is not None:
        page = field.reference.path.replace("_", "-")
        return f"{text}: the id of one of the [{page}]({page}.md)"
    if field.options:
        values = ", ".join(f"`{value}` {label[0]}" for value, label in field.options.items())
        return f"{text}: {values}"
    return f"{text}: {_KINDS[field.kind]}"


_KINDS = {
    "text": "text on one line",
    "lines": "text, several lines",
    "integer": "a whole number",
    "money": "whole minor units of the currency",
    "currency": "an ISO 4217 code",
    "boolean": "true or false",
    "date": "a day, YYYY-MM-DD",
    "month": "a month, YYYY-MM",
    "instant": "an RFC 3339 time",
    "date_or_time": "a date or an RFC 3339 time",
    "phone": "a telephone number, masked in answers",
    "email": "an e-mail address",
    "owner": "a user id",
    "users": "up to 50 user ids",
    "uscc": "a unified social credit identifier, 18 characters with the check digit",
    "region": "a region code of 6 digits, GB/T 2260",
    "website": "a web address, http or https",
    "wechat": "a WeChat id, masked in answers",
    "birthday": "a day, masked in answers",
    "expression": "text with a syntax, see below",
    "items": "a list of objects, see below",
}


def main() -> None:
    resources = {resource.table: resource for resource in make_registry()}
    outdated = []
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        made = BLOCK.sub(lambda found: found[1] + table(resources[found[2]]) + found[3], text)
        if made != text:
            outdated.append(str(page))
            if "--check" not in sys.argv:
                page.write_text(made, "utf-8")
    if outdated and "--check" in sys.argv:
        raise SystemExit(f"run python -m scripts.member_tables: {', '.join(outdated)}")


if __name__ == "__main__":
    main()
