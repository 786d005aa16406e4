"""Formulas in CSV cells."""

from hypothesis import given
from hypothesis import strategies as st

from crm_cell.http.formulas import protected, unprotected

TEXT = st.text(alphabet="a=+-@'\"; \t＝1", max_size=12)


@given(TEXT)
def test_protection_is_taken_off_again_without_a_trace(text: str) -> None:
    assert unprotected(protected(text)) == text


@given(TEXT)
def test_no_part_between_separators_begins_a_formula(text: str) -> None:
    for part in protected(text).replace("\t", ";").split(";"):
        assert not part.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))
