"""What is taken as a telephone number and as an e-mail address, and in which form it is stored."""

import pytest

from crm_cell.fields.checks import InvalidValue, email, phone

PHONE, EMAIL = phone().extra["check"], email().extra["check"]  # type: ignore[index]


@pytest.mark.parametrize("length", [41, 80, 160, 161])
@pytest.mark.parametrize("digit", ["1", "１"])
def test_a_number_of_more_than_40_characters_is_refused(length: int, digit: str) -> None:
    with pytest.raises(InvalidValue) as bad:
        PHONE(digit * length)
    assert (bad.value.code, bad.value.params) == ("too_long", {"limit": 40})


def test_a_number_of_40_digits_is_accepted() -> None:
    assert PHONE("1" * 40) == "1" * 40


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\ufeff", "\u00ad", "\u200f", "\u202a", "\u2060", "\ufe0f", "\u034f", "\u3164"],
)
def test_characters_that_nobody_sees_are_removed(unseen: str) -> None:
    assert PHONE(f"138{unseen}12345678{unseen}") == "13812345678"
    assert EMAIL(f"{unseen}foo{unseen}@exam{unseen}ple.com") == "foo@example.com"


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2009", "\u202f"])
def test_blanks_of_every_kind_are_blanks(space: str) -> None:
    assert PHONE(f"138{space}1234{space}5678") == "138 1234 5678"
    assert EMAIL(f"{space}foo@example.com{space}") == "foo@example.com"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("13812345678.0", "13812345678"),
        ("+8613812345678.00", "+8613812345678"),
        ("'13812345678", "13812345678"),
        ("=13812345678", "13812345678"),
        ('="13812345678"', "13812345678"),
        ('="138 1234 5678"', "138 1234 5678"),
        ("=+8613812345678", "+8613812345678"),
        ("555.123.0000", "555.123.0000"),
    ],
)
def test_what_a_spreadsheet_made_of_a_number_is_undone(cell: str, number: str) -> None:
    assert PHONE(cell) == number


@pytest.mark.parametrize(
    "cell",
    ["1.38E+10", "1.38123456781E10", "1.38123E+10", "1,38E+10", "=A1", "='", "=", '=""', "#REF!"],
)
def test_a_number_that_a_spreadsheet_destroyed_is_refused(cell: str) -> None:
    with pytest.raises(InvalidValue):
        PHONE(cell)


@pytest.mark.parametrize(
    "address",
    [
        "li.lei@example.com",
        "a@b.cn",
        "user+tag@mail.example.com",
        "o'brien@example.com",
        "x@server.local",
        "x@build.test",
        "x@shop.example",
        "张三@例子.中国",
        "info@xn--fsqu00a.xn--fiqs8s",
        "x" * 64 + "@example.com",
    ],
)
def test_an_address_is_accepted_as_it_was_typed(address: str) -> None:
    assert EMAIL(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "a..b@x.cn",
        ".a@x.cn",
        "a.@x.cn",
        "a@-x.cn",
        "a@x-.cn",
        "a@x..cn",
        "a@1.2",
        "a@192.168.0.1",
        "a@x",
        "a@x_y.cn",
        "a@x.cn.",
        "x" * 65 + "@example.com",
        "a@" + "x" * 64 + ".cn",
        "a b@x.cn",
        "=a@x",
    ],
)
def test_what_only_resembles_an_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidValue) as bad:
        EMAIL(address)
    assert bad.value.code == "not_an_email"
