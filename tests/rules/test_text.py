"""What text may be, and when two names are the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cell.kernel.text import (
    clean,
    clean_lines,
    has_control,
    has_control_except_lines,
    has_excess_marks,
    name_key,
    trim,
)
from tests.turns import so_many

quickly = settings(
    max_examples=so_many(100, of=300), derandomize=True, database=None, deadline=None
)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("", ""),
        ("  a b  ", "a b"),
        ("\u3000云图\u3000", "云图"),
        ("\u200b \ufeff云图\u2060\u00a0\u200d", "云图"),
        ("a\u200bb", "a\u200bb"),
        ("Cafe\u0301", "Café"),
        ("\u1112\u1161\u11ab", "한"),
        ("Ａ", "Ａ"),
        ("ﬁ", "ﬁ"),
    ],
)
def test_text_is_trimmed_and_composed_and_nothing_more(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


def test_line_breaks_of_every_machine_become_one_kind() -> None:
    assert clean_lines(" a\r\nb\rc\n\r\nd \r\n") == "a\nb\nc\n\nd"


@quickly
@given(text=st.text(max_size=40))
def test_what_was_cleaned_once_is_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)
    assert trim(text) in text


@pytest.mark.parametrize("char", "\x00\x01\t\n\r\x1b\x1f\x7f\x80\x85\x9f\u2028\u2029")
def test_a_control_character_is_found_wherever_it_is(char: str) -> None:
    assert [has_control(text) for text in (char, f"a{char}", f"云{char}图")] == [True] * 3
    assert has_control_except_lines(f"a{char}b") is (char not in "\t\n")


@pytest.mark.parametrize(
    "text", ["", "a b", "云图", "😀", "a\u200bb", "\u00a0", "\u00ad", "e\u0301"]
)
def test_what_can_be_written_is_no_control_character(text: str) -> None:
    assert not has_control(text)


@pytest.mark.parametrize(
    ("text", "heaped"),
    [
        ("a" * 1000, False),
        ("云图" * 1000, False),
        ("e\u0301" * 1000, False),
        ("\u0300" * 30, False),
        ("a" + "\u0300" * 30 + "b" + "\u0300" * 30, False),
        ("a" + "\u0300" * 31, True),
        ("云" * 100 + "\u0300\u0327" * 16, True),
        ("a" + "\u0f73" * 31, True),
    ],
)
def test_marks_are_heaped_when_no_script_has_so_many(text: str, heaped: bool) -> None:
    assert has_excess_marks(text) is heaped


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Corp", "ACME CORP"),
        ("Acme Corp", "  acme \t corp "),
        ("Acme Corp", "Ａｃｍｅ　Ｃｏｒｐ"),
        ("Acme Corp", "Ac\u200bme\u2060 Co\u00adrp\ufeff"),
        ("Acme\u00a0Corp", "Acme\u2003Corp"),
        ("Café", "Cafe\u0301"),
        ("Straße", "STRASSE"),
        ("ﬁrm", "FIRM"),
        ("①", "1"),
        ("㍿", "株式会社"),
        ("ﾃｽﾄ", "テスト"),
        ("Ω", "\u2126"),
        ("(株)", "㈱"),
    ],
)
def test_names_that_only_look_different_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Corp", "AcmeCorp"),
        ("Acme", "Acmé"),
        ("云图", "云圖"),
        ("Acme-Corp", "Acme Corp"),
        ("ş", "s"),
        ("O", "0"),
    ],
)
def test_names_that_are_different_stay_different(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@quickly
@given(name=st.text(max_size=40))
def test_a_key_is_its_own_key_however_it_is_spelt(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert name_key(clean(name)) == key
    assert name_key(f" {name}\u3000") == key


@quickly
@given(name=st.text("abcdefghijklmnopqrstuvwxyzäöüé云图科技 ", max_size=40))
def test_case_makes_no_other_name(name: str) -> None:
    assert name_key(name.upper()) == name_key(name) == name_key(name.title())
