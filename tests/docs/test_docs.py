"""What there is, is documented; what is documented, is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from crm_cell.app import all_routes
from crm_cell.cli.menu import app as menu
from crm_cell.http.openapi.failures import every_code
from crm_cell.http.routing import Route
from crm_cell.http.schema import rules_of
from crm_cell.kernel.errors import CrmError
from crm_cell.kernel.messages import FIELD_ERRORS
from crm_cell.opportunities.stages import STAGES
from crm_cell.registry import make_registry
from crm_cell.resources.resource import AnyResource, Verbs
from crm_cell.settings import settings_table

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
API = DOCS / "reference" / "api"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))

LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s#]+)")
CODE = re.compile(r"`([^`]+)`")
EMITTED = re.compile(r'"(crm\.\w+\.\w+)"')
# An event of a domain, beside those that the verbs of its resource bring.
DOMAIN_EVENT = re.compile(r'\bemit\([\w., ]+, "(\w+)",')
# The resource that a page adds step by step is not there.
WORKED_EXAMPLE = {
    ("adding-a-resource.md", name)
    for name in ("crm_cell/visits/resource.py", "docs/reference/api/visits.md", "tests/api/visits/")
}
EVENTS = {
    Verbs.CREATE: "created",
    Verbs.UPDATE: "updated",
    Verbs.DELETE: "deleted",
    Verbs.RESTORE: "restored",
}
PATH = re.compile(r"(?:crm_cell|tests|docs|scripts|benchmarks)/[\w./-]*")
RELATED = re.compile(r"\]\((\d{4}-[\w-]+\.md)\)")
SHARED = re.compile(r"/[\w-]+(/by/.+|/\{\w+\}/external-ids|/batch|/bulk)")
ID = re.compile(r"\{\w+_id\}(?=/external-ids)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def commands(group: Any, *above: str) -> dict[str, Any]:
    """Every command by the words that call it."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, *above, name)
        else:
            found[" ".join((*above, name))] = command
    return found


COMMANDS = commands(typer.main.get_command(menu))

# One page tells of several routes that have little to say for themselves.
PAGE_OF_TAG = {"openapi": "health"}


def text(*parts: str) -> str:
    return DOCS.joinpath(*parts).read_text(encoding="utf-8")


def status_of(page: Path) -> str:
    """The paragraph under a decision's title."""
    return page.read_text("utf-8").split("\n\n")[1]


def first_column(page: str) -> list[str]:
    """What stands in code in the first column of a page's tables."""
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in CODE.findall(row)]


def section(page: str, heading: str) -> str:
    parts = re.split(r"^## ", FENCED.sub("", page), flags=re.MULTILINE)
    return next((part for part in parts if part.split("\n")[0] == heading), "")


def route_name(route: Route) -> str:
    return f"{route.method} {route.path}"


def heading_of(route: Route) -> str:
    """What every resource has alike is told of once, of customers."""
    shared = SHARED.fullmatch(route.path)
    if shared is None:
        return route_name(route)
    path = f"/customers{shared[1]}"
    return f"{route.method} {re.sub(ID, '{customer_id}', path)}"


def page_of(route: Route) -> str:
    own = text("reference", "api", f"{PAGE_OF_TAG.get(route.tag, route.tag)}.md")
    return own + text("reference", "api", "batches.md") if SHARED.fullmatch(route.path) else own


def test_every_page_can_be_reached_from_the_index() -> None:
    found: set[Path] = set()
    unread = [ROOT / "README.md"]
    while unread:
        page = unread.pop().resolve()
        if page not in found and page.suffix == ".md" and page.exists():
            found.add(page)
            linked = LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
            unread += [page.parent / target for target in linked]
    assert {page for page in DOCS.rglob("*.md") if page.resolve() not in found} == set()


def test_the_index_names_every_page() -> None:
    named = {(DOCS / target).resolve() for target in LINK.findall(text("index.md"))}
    assert {page for page in DOCS.rglob("*.md") if page.resolve() not in named} == {
        DOCS / "index.md",
        *DECISIONS,
    }


def test_the_index_of_decisions_calls_each_by_its_title() -> None:
    listed = re.findall(
        r"^(\d+\. )\[(.+)\]\((.+)\): \S", text("decisions", "README.md"), re.MULTILINE
    )
    assert listed == [
        (*re.findall(r"^# (\d+\. )(.+)$", page.read_text("utf-8"), re.MULTILINE)[0], page.name)
        for page in DECISIONS
    ]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_a_status_and_the_usual_sections(page: Path) -> None:
    title, blank, status, *rest = page.read_text("utf-8").split("\n")
    assert re.fullmatch(rf"# {int(page.name[:4])}\. .+", title)
    assert blank == ""
    assert re.match(r"Status: Accepted, \d{4}-\d\d-\d\d\.", status)
    assert [line for line in rest if line.startswith("#")] == [
        "## Context",
        "## Decision",
        "## Consequences",
        "## Rejected alternatives",
    ]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_that_changes_another_is_named_in_the_status_of_that_one(page: Path) -> None:
    for changed in RELATED.findall(status_of(page)):
        assert page.name in RELATED.findall(status_of(DOCS / "decisions" / changed))


def test_files_and_folders_that_pages_name_are_there() -> None:
    named = {
        (page.name, name)
        for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
        for name in CODE.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
        if PATH.fullmatch(name)
    }
    missing = {(page, name) for page, name in named if not (ROOT / name).exists()}
    assert missing == WORKED_EXAMPLE


def test_the_page_on_testing_tells_of_every_folder_of_tests() -> None:
    folders = {
        path.parent.relative_to(ROOT).parts[1] for path in (ROOT / "tests").rglob("*/test_*.py")
    }
    assert folders == set(re.findall(r"`tests/(\w+)/", text("contributing", "testing.md")))


@pytest.mark.parametrize("page", sorted((DOCS / "concepts").glob("*.md")), ids=lambda p: p.stem)
def test_a_concept_fits_a_screen(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 60


def test_the_settings_are_those_of_the_service() -> None:
    rows = [line for line in text("reference", "settings.md").splitlines() if line[:3] == "| `"]
    assert rows == [
        f"| `{setting.variable}` | {_default(default)} | {setting.meaning} |"
        for setting, default in settings_table()
    ]


def test_the_settings_that_may_lie_in_a_file_are_named() -> None:
    named = re.findall(r"`(\w+)_FILE`", text("reference", "settings.md"))
    assert named == [setting.variable for setting, _ in settings_table() if setting.by_file]


def _default(value: object) -> str:
    if value is None:
        return ""
    return f"`{int(value) if isinstance(value, bool) else value}`"


def test_the_error_codes_are_those_of_the_service() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", text("reference", "errors.md"), re.MULTILINE)
    codes = {(kind.code, str(kind.status)) for kind in every_code()}
    assert (CrmError.code, str(CrmError.status)) in codes
    assert set(table) == codes
    assert len(table) == len(codes)


def test_the_fault_codes_are_those_of_the_service() -> None:
    faults = text("reference", "errors.md").partition("## Field errors")[2]
    assert set(first_column(faults)) == set(FIELD_ERRORS)


def test_the_event_types_are_those_that_are_emitted() -> None:
    sources = (ROOT / "crm_cell").rglob("*.py")
    emitted = {kind for path in sources for kind in EMITTED.findall(path.read_text("utf-8"))}
    emitted |= {event for resource in make_registry() for event in events_of(resource)}
    documented = {name for name in first_column(text("reference", "events.md")) if "." in name}
    assert documented == emitted


def events_of(resource: AnyResource) -> set[str]:
    fields = resource.fields.values()
    actions = {action for verb, action in EVENTS.items() if resource.verbs & verb}
    actions |= {"erased"} if any(each.personal or each.is_encrypted for each in fields) else set()
    follows = resource.owner is not None and resource.owner.follows
    actions |= {"access_changed"} if follows or resource.shared_through else set()
    service = ROOT / "crm_cell" / resource.table / "service.py"
    if service.exists():
        actions |= set(DOMAIN_EVENT.findall(service.read_text("utf-8")))
    return {event for action in actions if (event := resource.event(action)) is not None}


def test_the_stages_are_those_of_the_rules() -> None:
    assert [
        f"| {stage.number} | {stage.name} | {stage.english_name} | {stage.probability} %"
        f" | {stage.status} {stage.status.name.lower()} |"
        for stage in STAGES
    ] == re.findall(r"^\| \d .*$", text("concepts", "pipeline.md"), re.MULTILINE)


def test_every_route_has_its_section_and_no_section_is_without_a_route() -> None:
    headings = [
        heading
        for page in API.glob("*.md")
        for heading in re.findall(r"^## ([A-Z]+ /.*)$", page.read_text("utf-8"), re.MULTILINE)
    ]
    assert sorted(headings) == sorted({heading_of(route) for route in all_routes()})


@pytest.mark.parametrize("route", all_routes(), ids=route_name)
def test_a_section_names_the_parameters_and_refusals_of_its_route(route: Route) -> None:
    told = section(page_of(route), heading_of(route))
    parameters = {name for query in route.binding.queries for name in rules_of(query)}
    rejections = {each if isinstance(each, str) else each.code for each in route.rejections}
    assert parameters | rejections <= set(CODE.findall(told))


@pytest.mark.parametrize("route", all_routes(), ids=route_name)
def test_a_page_names_the_members_of_the_bodies_that_its_routes_take(route: Route) -> None:
    members = set(rules_of(route.binding.body)) if route.binding.body else set()
    assert members <= set(first_column(page_of(route)))


def test_the_commands_are_those_of_the_menu() -> None:
    headings = re.findall(r"^## crm-cell ([\w ]+)$", text("reference", "cli.md"), re.MULTILINE)
    assert sorted(headings) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_names_its_arguments_and_options(name: str) -> None:
    told = first_column(section(text("reference", "cli.md"), f"crm-cell {name}"))
    assert {each.split()[0] for each in told} == {
        param.opts[0] if param.opts[0].startswith("-") else param.opts[0].upper()
        for param in COMMANDS[name].params
    }
