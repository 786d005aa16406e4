"""Every message exists in both languages, and is used."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import crm_cell
from crm_cell.contacts.resource import contacts
from crm_cell.contracts.resource import contracts
from crm_cell.customers.resource import customers
from crm_cell.follow_ups.resource import follow_ups
from crm_cell.kernel import errors
from crm_cell.kernel.errors import BadRequest, CrmError, FieldError, NotFound, PayloadTooLarge
from crm_cell.kernel.explanations import explain, explain_field_error
from crm_cell.kernel.messages import (
    FIELD_ERRORS,
    PAYLOAD_LIMIT,
    SPECIFIC_FIELD_ERRORS,
    Message,
    preferred_language,
)
from crm_cell.opportunities.resource import opportunities
from crm_cell.resources.messages import (
    has_children,
    not_found,
    of_other_parent,
    owned_by_colleague,
    restore_first,
)

PACKAGE = Path(crm_cell.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
BLANK = re.compile(r"\{(\w+)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# The codes of the contract, each with its status.
CODES = {
    "BAD_REQUEST": 400,
    "DUPLICATE_SUSPECTED": 409,
    "MISSING_TENANT_ID": 400,
    "BUSINESS_RULE_VIOLATION": 400,
    "QUERY_TOO_BROAD": 400,
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
    "CHANGES_EXPIRED": 410,
    "MERGED": 410,
    "FAILED_DEPENDENCY": 424,
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


def constants() -> dict[str, Message]:
    """The messages of the package, by module and name."""
    found: dict[str, Message] = {}
    for source in SOURCES:
        if source.name in ("messages.py", "explanations.py"):
            module = ".".join(source.relative_to(PACKAGE.parent).with_suffix("").parts)
            for name, value in vars(import_module(module)).items():
                if isinstance(value, Message):
                    found.setdefault(name, value)
    return found


CONSTANTS = constants()
DERIVED = [
    not_found(follow_ups),
    owned_by_colleague(customers),
    of_other_parent(contacts, customers),
    has_children(customers, contracts),
    restore_first(customers),
]
MESSAGES = [
    *CONSTANTS.values(),
    *FIELD_ERRORS.values(),
    *SPECIFIC_FIELD_ERRORS.values(),
    *DERIVED,
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.key))
def test_every_message_is_in_both_languages(message: Message) -> None:
    assert CHINESE.search(message.chinese) or message.chinese.isascii()
    assert message.english
    assert message.english.isascii()
    assert sorted(BLANK.findall(message.chinese)) == sorted(BLANK.findall(message.english))


def test_no_two_messages_of_errors_have_one_key() -> None:
    keys = [message.key for message in (*CONSTANTS.values(), *DERIVED)]
    assert len(keys) > 50
    assert len(set(keys)) == len(keys)


def test_every_message_is_used() -> None:
    assert set(CONSTANTS) - names_that_are_read() == set()


def names_that_are_read() -> set[str]:
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def test_messages_about_a_resource_follow_from_its_label() -> None:
    assert [(message.key, message.chinese, message.english) for message in DERIVED] == [
        ("follow_up_not_found", "跟进记录不存在", "The follow-up does not exist"),
        (
            "customer_of_colleague",
            "客户由同事负责，只有客户负责人可以这样做",
            "A colleague owns the customer: only they may do this",
        ),
        (
            "contact_of_other_customer",
            "联系人不属于该客户",
            "The contact belongs to another customer",
        ),
        (
            "customer_has_contracts",
            "客户已有合同，不能删除",
            "A customer with contracts cannot be deleted",
        ),
        (
            "restore_customer_first",
            "客户已删除，请先恢复客户",
            "The customer is deleted: restore it first",
        ),
    ]
    assert has_children(opportunities, follow_ups).english == (
        "An opportunity with follow-ups cannot be deleted"
    )


MAKERS = {"FieldError": 1, "InvalidValue": 0, "_bad": 0}
"""What makes field errors, and which of its arguments is the code."""


def codes_of_field_errors() -> set[str]:
    """The codes that the package's code makes field errors with."""
    found: set[str] = set()
    written = [source.read_text(encoding="utf-8") for source in SOURCES]
    for text in written:
        if not any(f"{maker}(" in text for maker in MAKERS):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                position = MAKERS.get(node.func.id)
                if position is not None and len(node.args) > position:
                    found.update(texts(node.args[position]))
    return found


def texts(node: ast.expr) -> list[str]:
    """The texts that an argument can be: itself, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_field_error_has_a_message() -> None:
    codes = codes_of_field_errors()
    assert {"required", "unknown", "type", "too_large", "not_a_phone"} <= codes
    assert codes - set(FIELD_ERRORS) == set()


def test_blanks_are_filled() -> None:
    assert FIELD_ERRORS["too_long"].text("zh", limit=200) == "最多 200 个字符"
    assert explain_field_error("en", FieldError("name", "too_long", {"limit": 200})) == (
        "must have at most 200 characters"
    )
    assert explain("en", PayloadTooLarge(details=PAYLOAD_LIMIT, limit=7)) == (
        "The body is too large",
        "The limit is 7 bytes",
    )


def test_an_error_without_details_has_empty_ones() -> None:
    assert explain("zh", NotFound(not_found(customers))) == ("客户不存在", "")


def test_faults_are_told_in_one_line() -> None:
    faults = [FieldError("name", "required"), FieldError("page", "too_small", {"limit": 1})]
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
