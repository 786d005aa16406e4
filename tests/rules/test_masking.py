"""What is left of a telephone number when it leaves the service."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cell.http.fields import is_masked_phone
from crm_cell.kernel.masking import mask_phone, mask_user

PHONES = st.text("0123456789 ()./,#-+extEXT转分机", min_size=1, max_size=40)
ANYTHING = PHONES | st.text(min_size=1, max_size=50) | st.text("0123456789", min_size=1)
quickly = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (None, None),
        ("", ""),
        ("13812345678", "138****5678"),
        ("19900000000", "199****0000"),
        ("12812345678", "12******678"),
        ("1381234567", "13*****567"),
        ("138123456789", "138******789"),
        ("8613812345678", "861*******678"),
        ("+8613812345678", "+86*******5678"),
        ("+86 138 1234 5678", "+86**********5678"),
        ("021-65430123", "02*******123"),
        ("6543210", "6****10"),
        ("12345", "1***5"),
        ("400", "**0"),
        ("110", "**0"),
        ("12", "*2"),
        ("1", "*"),
        ("1    2", "*****2"),
    ],
)
def test_most_of_a_number_is_hidden(number: str | None, masked: str | None) -> None:
    assert mask_phone(number) == masked


def digits(text: str) -> int:
    return sum(unicodedata.category(char) == "Nd" for char in text)


def is_mobile(number: str) -> bool:
    plain = len(number) == 11 and number.isascii() and number.isdigit()
    return plain and number[0] == "1" and number[1] in "3456789"


@quickly
@given(number=ANYTHING)
def test_no_more_than_half_is_ever_shown(number: str) -> None:
    masked = mask_phone(number) or ""
    assert len(masked) == len(number)
    if "*" not in number and not is_mobile(number):
        shown = masked.replace("*", "")
        assert len(shown) <= len(number) / 2
        assert digits(shown) <= digits(number) / 2


@quickly
@given(number=ANYTHING.filter(lambda number: "*" not in number))
def test_at_most_the_first_three_and_the_last_four_are_shown(number: str) -> None:
    masked = mask_phone(number) or ""
    head, tail = masked.split("*")[0], masked.rsplit("*")[-1]
    assert masked == head + "*" * (len(number) - len(head) - len(tail)) + tail
    assert (len(head) <= 3, len(tail) <= 4) == (True, True)
    assert (number.startswith(head), number.endswith(tail)) == (True, True)


@quickly
@given(number=ANYTHING.filter(lambda number: "*" not in number))
def test_every_masked_number_is_known_as_one_when_it_comes_back(number: str) -> None:
    assert is_masked_phone(mask_phone(number))


@pytest.mark.parametrize("value", ["", "138", "13812345678", "1381****5678", "138****56789", 138])
def test_what_is_no_masked_number_is_not_taken_for_one(value: object) -> None:
    assert not is_masked_phone(value)


@pytest.mark.parametrize(
    ("user", "logged"),
    [
        ("alice", "alice"),
        ("li.lei@example.com", "l***@example.com"),
        ("13812345678", "138****5678"),
        ("13812345678@example.com", "1***@example.com"),
        ("8613812345678", "86138****5678"),
        ("tel:13812345678-2", "tel:138****5678-2"),
        ("1795400760123456789", "1795400760123456789"),
        ("01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11", "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"),
    ],
)
def test_a_user_id_in_a_log_is_no_address_and_no_number(user: str, logged: str) -> None:
    assert mask_user(user) == logged
