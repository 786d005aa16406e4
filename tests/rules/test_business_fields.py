"""Credit codes, region codes, web addresses, WeChat ids and birthdays, as tables of cases."""

import pytest

from crm_cell.fields import business_checks as checks
from crm_cell.fields.checks import InvalidValue, owners
from crm_cell.kernel.masking import is_masked_wechat, mask_birthday, mask_wechat

LABEL = ("字段", "Field")
CHECKS = {
    "uscc": checks.uscc(label=LABEL),
    "region": checks.region(label=LABEL),
    "website": checks.website(label=LABEL),
    "wechat": checks.wechat(label=LABEL),
    "birthday": checks.birthday(label=LABEL),
    "owners": owners(3, label=LABEL),
}
STORED = [
    ("uscc", "91350100M000100Y43", "91350100M000100Y43"),
    ("uscc", " 9135 0100-m000100y43", "91350100M000100Y43"),
    ("uscc", "９１４４０３００７０８４６１１３６Ｔ", "91440300708461136T"),
    ("region", "330106", "330106"),
    ("region", "３３ 01 06", "330106"),
    ("region", "810000", "810000"),
    ("website", "www.example.com", "https://www.example.com"),
    ("website", "HTTP://例子.中国:8080/a?b=c#d", "HTTP://例子.中国:8080/a?b=c#d"),
    ("wechat", "lilei_88", "lilei_88"),
    ("wechat", " 13812345678 ", "13812345678"),
    ("birthday", "1988-02-29", "1988-02-29"),
    ("owners", ["bob", " alice ", "bob"], "bob\nalice"),
    ("owners", [], None),
]
REFUSED = [
    ("uscc", "91350100M000100Y44", "malformed"),
    ("uscc", "91350100M000100Y4", "malformed"),
    ("uscc", "91350100M000100YI3", "malformed"),
    ("uscc", 91350100, "type"),
    ("region", "33010", "malformed"),
    ("region", "990101", "malformed"),
    ("region", "浙江省", "malformed"),
    ("website", "javascript:alert(1)", "malformed"),
    ("website", "https://user:word@example.com/", "malformed"),
    ("website", "ftp://example.com", "malformed"),
    ("website", "localhost", "malformed"),
    ("website", f"example.com/{'a' * 490}", "too_long"),
    ("wechat", "l***8", "malformed"),
    ("wechat", "李雷", "malformed"),
    ("birthday", "1988-02-30", "not_a_date"),
    ("birthday", "1899-12-31", "too_small"),
    ("birthday", "****-**-**", "not_a_date"),
    ("owners", ["a", "b", "c", "d"], "too_many"),
    ("owners", "alice", "type"),
    ("owners", ["a\nb"], "control_character"),
    ("owners", [""], "too_short"),
]


@pytest.mark.parametrize(("kind", "given", "stored"), STORED)
def test_what_is_valid_is_stored_in_one_form(kind: str, given: object, stored: str) -> None:
    assert (CHECKS[kind].extra or {})["check"](given) == stored


@pytest.mark.parametrize(("kind", "given", "code"), REFUSED)
def test_what_is_not_valid_is_refused(kind: str, given: object, code: str) -> None:
    with pytest.raises(InvalidValue) as found:
        (CHECKS[kind].extra or {})["check"](given)
    assert found.value.code == code


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    with pytest.raises(InvalidValue) as found:
        (CHECKS["uscc"].extra or {})["check"]("91350100M000100Y44")
    assert found.value.params == {"text": "wrong_check_digit", "expected": "3"}


@pytest.mark.parametrize(
    ("account", "shown"),
    [("lilei_88", "l***8"), ("abc", "***"), ("13812345678", "138****5678"), (None, None)],
)
def test_of_a_wechat_id_little_is_shown(account: str | None, shown: str | None) -> None:
    assert mask_wechat(account) == shown
    assert is_masked_wechat(shown) == (account is not None)


def test_of_a_birthday_nothing_is_shown() -> None:
    assert (mask_birthday("1988-05-20"), mask_birthday(None)) == ("****-**-**", None)
