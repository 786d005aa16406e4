"""Values in the text of a statement can be taken for nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cell.storage.postgres.literals import literal

TEXT = re.compile(r"convert_from\(decode\('([0-9a-f]*)', 'hex'\), 'UTF8'\)")
BYTES = re.compile(r"decode\('([0-9a-f]*)', 'hex'\)")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_hexadecimal_digits(text: str) -> None:
    found = TEXT.fullmatch(literal(text))
    assert found is not None
    assert bytes.fromhex(found[1]).decode() == text


@given(st.binary())
def test_bytes_are_hexadecimal_digits(value: bytes) -> None:
    found = BYTES.fullmatch(literal(value))
    assert found is not None
    assert bytes.fromhex(found[1]) == value


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "NULL"), (0, "0"), (-(2**63), f"{-(2**63)}")]
)
def test_numbers_and_nothing_are_as_they_are_written(value: object, expected: str) -> None:
    assert literal(value) == expected


@pytest.mark.parametrize("value", [True, 1.5, ["a"], "\ud800"], ids=repr)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises((TypeError, UnicodeEncodeError)):
        literal(value)
