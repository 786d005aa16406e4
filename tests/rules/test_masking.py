"""What is left of a telephone number when it leaves the service."""

import re
import unicodedata

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cell.fields.checks import is_masked_phone
from crm_cell.kernel.masking import mask_phone, mask_user
from tests.turns import so_many

PHONES = st.text("0123456789 ()./,#-+extEXT转分机", min_size=1, max_size=40)
ANYTHING = PHONES | st.text(min_size=1, max_size=50) | st.text("0123456789", min_size=1)
quickly = settings(
    max_examples=so_many(100, of=300), derandomize=True, database=None, deadline=None
)


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
        ("8613812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("021-65430123", "02******123"),
        ("+1 415 555 2671", "+14******671"),
        ("13812345678/139 8765 4321", "138****5678/139****4321"),
        ("13812345678转5", "138****5678"),
        ("13812345678x", "138****5678"),
        ("010-8888 6666", "01******666"),
        ("(+86) 10 8888 6666", "01******666"),
        ("400-123-4567", "40*****567"),
        ("转", "*"),
        ("6543210", "6****10"),
        ("12345", "1***5"),
        ("400", "**0"),
        ("110", "**0"),
        ("12", "*2"),
        ("1", "*"),
        ("1    2", "*2"),
    ],
)
def test_most_of_a_number_is_hidden(number: str | None, masked: str | None) -> None:
    assert mask_phone(number) == masked


def digits(text: str) -> int:
    return sum(unicodedata.category(char) == "Nd" for char in text)


MASKED_MOBILE = re.compile(r"1[3-9][0-9]\*{4}[0-9]{4}")


def masked_lines(number: str) -> list[str]:
    return (mask_phone(number) or "").split("/")


@quickly
@given(number=ANYTHING)
def test_no_more_than_half_is_ever_shown(number: str) -> None:
    lines = masked_lines(number)
    if not any(map(MASKED_MOBILE.fullmatch, lines)):
        for line in lines:
            assert len(line.replace("*", "")) <= len(line) / 2
        assert sum(map(digits, lines)) <= digits(number) / 2


@quickly
@given(number=ANYTHING)
def test_at_most_the_first_three_and_the_last_four_are_shown(number: str) -> None:
    for line in masked_lines(number):
        head, tail = line.split("*")[0], line.rsplit("*")[-1]
        assert line == head + "*" * (len(line) - len(head) - len(tail)) + tail
        assert (len(head) <= 3, len(tail) <= 4) == (True, True)


def numbers_of_every_country() -> list[phonenumbers.PhoneNumber]:
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
    ]
    return [number for number in found if number is not None]


def spellings(number: phonenumbers.PhoneNumber) -> set[str]:
    kind = phonenumbers.PhoneNumberFormat
    plain, spaced = (
        phonenumbers.format_number(number, form) for form in (kind.E164, kind.INTERNATIONAL)
    )
    return {
        plain,
        spaced,
        spaced.replace(" ", "-"),
        "00" + plain[1:],
        "00" + spaced[1:].replace("-", " "),
        f"(+{number.country_code}){plain[len(str(number.country_code)) + 1 :]}",
        plain.translate({ord("0") + n: "０１２３４５６７８９"[n] for n in range(10)}),
    }


def test_every_spelling_of_a_number_of_any_country_has_one_mask() -> None:
    numbers = numbers_of_every_country()
    assert len(numbers) > 400
    for number in numbers:
        every = {spelling: mask_phone(spelling) for spelling in spellings(number)}
        assert len(set(every.values())) == 1, every


def test_the_mask_of_a_number_of_any_country_shows_no_more_than_half() -> None:
    for number in numbers_of_every_country():
        national = phonenumbers.national_significant_number(number)
        masked = mask_phone(f"+{number.country_code}{national}") or ""
        if not MASKED_MOBILE.fullmatch(masked):
            assert digits(masked) <= len(national) / 2, masked


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
        ("138 1234 5678", "138**** 5678"),
        ("(+86) 138-1234-5678", "(+86) 138****-5678"),
        ("张三 1 3 8 1 2 3 4 5 6 7 8", "张三 1 3 8**** 5 6 7 8"),
        ("1795400760123456789", "1795400760123456789"),
        ("01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11", "01939e2f-5c5b-7c1d-8a52-6d3b0f6f3c11"),
    ],
)
def test_a_user_id_in_a_log_is_no_address_and_no_number(user: str, logged: str) -> None:
    assert mask_user(user) == logged
