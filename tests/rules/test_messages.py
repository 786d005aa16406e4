"""Everything that can be said is said in both languages, and everything said can be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import crm_cell
from crm_cell.kernel import errors
from crm_cell.kernel.errors import BadRequest, CrmError, Fault, NotFound, PayloadTooLarge
from crm_cell.kernel.messages import _CATALOGUE, explain, explain_fault, preferred_language, say

SOURCES = sorted(Path(crm_cell.__file__).parent.rglob("*.py"))
BLANK = re.compile(r"\{(\w+)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# The codes of the contract, each with its status.
CODES = {
    "BAD_REQUEST": 400,
    "MISSING_TENANT_ID": 400,
    "BUSINESS_RULE_VIOLATION": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "TENANT_MISMATCH": 403,
    "SIGNATURE_INVALID": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "DUPLICATE_NAME": 409,
    "DUPLICATE_CONTRACT_NO": 409,
    "IDEMPOTENT_CONFLICT": 409,
    "CONFLICT": 409,
    "PRECONDITION_FAILED": 412,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "MISDIRECTED_REQUEST": 421,
    "RATE_LIMIT": 429,
    "INTERNAL_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}


def error_classes(root: type[CrmError] = CrmError) -> Iterator[type[CrmError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from error_classes(kind)


def test_the_errors_are_those_of_the_contract() -> None:
    concrete = [kind for kind in error_classes() if "code" in vars(kind)]
    assert {kind.code: kind.status for kind in concrete} == CODES
    assert len({kind.code for kind in concrete}) == len(concrete)


@pytest.mark.parametrize("key", _CATALOGUE)
def test_every_message_is_told_in_both_languages(key: str) -> None:
    chinese, english = _CATALOGUE[key]
    assert CHINESE.search(chinese) or chinese.isascii()
    assert english
    assert english.isascii()
    assert sorted(BLANK.findall(chinese)) == sorted(BLANK.findall(english))


def literals() -> set[str]:
    """Every string in the package's own code, but for the catalogue itself."""
    found: set[str] = set()
    for source in SOURCES:
        for statement in ast.parse(source.read_text(encoding="utf-8")).body:
            if source.name != "messages.py" or not isinstance(statement, ast.AnnAssign):
                found.update(texts_in(statement))
    return found


def texts_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def calls() -> Iterator[tuple[str, ast.Call]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node


def constants(node: ast.expr) -> list[str]:
    """The texts that an argument can be: itself, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) + constants(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def named_faults() -> set[str]:
    """The codes that the package's code makes faults with."""
    found: set[str] = set()
    for name, call in calls():
        position = {"Fault": 1, "Bad": 0, "_bad": 0}.get(name)
        if position is not None and len(call.args) > position:
            found.update(constants(call.args[position]))
    return found


def named_messages() -> set[str]:
    kinds = {kind.__name__ for kind in error_classes()}
    found = {kind.message for kind in error_classes()}
    for name, call in calls():
        if name in kinds:
            texts = [*call.args[:1], *(kw.value for kw in call.keywords if kw.arg == "details")]
            found.update(text for node in texts for text in constants(node))
    return found


def test_every_fault_that_is_found_can_be_told() -> None:
    assert {"required", "unknown", "type", "too_large", "not_a_phone"} <= named_faults()
    assert {code for code in named_faults() if f"fault.{code}" not in _CATALOGUE} == set()


def test_every_error_that_is_raised_can_be_told() -> None:
    assert {"customer_not_found", "commit_unknown", "payload_limit"} <= named_messages()
    assert named_messages() - set(_CATALOGUE) == set()


def test_nothing_is_told_that_is_never_the_case() -> None:
    used = literals()
    assert {key for key in _CATALOGUE if key.removeprefix("fault.") not in used} == set()


def test_blanks_are_filled() -> None:
    assert say("zh", "fault.too_long", limit=200) == "最多 200 个字符"
    assert explain_fault("en", Fault("name", "too_long", {"limit": 200})) == (
        "must have at most 200 characters"
    )
    assert explain("en", PayloadTooLarge(details="payload_limit", limit=7)) == (
        "The body is too large",
        "The limit is 7 bytes",
    )


def test_an_error_without_details_has_empty_ones() -> None:
    assert explain("zh", NotFound("customer_not_found")) == ("客户不存在", "")


def test_faults_are_told_in_one_line() -> None:
    faults = [Fault("name", "required"), Fault("page", "too_small", {"limit": 1})]
    assert explain("zh", BadRequest(faults)) == (
        "name 必填，另有 1 处错误",
        "name: 必填; page: 不能小于 1",
    )


@pytest.mark.parametrize("header", ["en", "en;q=0.5", "zh;q=0.4,en;q=0.5", " en ; q=0.5 ", "fr,EN"])
def test_english_is_spoken_to_those_who_prefer_it(header: str) -> None:
    assert preferred_language(header) == "en"


@pytest.mark.parametrize("header", ["", "zh", "fr", "en;q=0", "zh,en;q=0.9", "en;q=abc", "e,n"])
def test_chinese_is_spoken_to_everybody_else(header: str) -> None:
    assert preferred_language(header) == "zh"
