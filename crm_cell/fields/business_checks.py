"""Checks of what identifies and locates a company, and of what is known of a person."""

import re
import unicodedata
from typing import Any, Final

from msgspec import Meta

from crm_cell.fields.checks import (
    CONTROL,
    InvalidValue,
    as_meta,
    check_length,
    check_plain,
    string,
)
from crm_cell.fields.date_checks import parsed_date
from crm_cell.kernel.labels import Label

# GB 32100: without the letters I, O, S, V and Z, which are read as digits.
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH: Final = 18
_WEIGHT: Final = 3
_SEPARATORS: Final = re.compile(r"[\s-]+")
# GB/T 2260: the provinces, by their first two digits.
_PROVINCES: Final = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]"
_REGION: Final = re.compile(rf"({_PROVINCES})[0-9]{{4}}", re.ASCII)
_NOT_IN_URL: Final = rf"""\s<>"'`{{}}|\\^{CONTROL}"""
_HOST: Final = rf"[^./?#:@{_NOT_IN_URL}]+(\.[^./?#:@{_NOT_IN_URL}]+)+\.?(:[0-9]{{1,5}})?"
_URL: Final = re.compile(
    rf"((?P<scheme>https?)://)?{_HOST}([/?#][^{_NOT_IN_URL}]*)?", re.IGNORECASE
)
_LONGEST_URL: Final = 500
_WECHAT: Final = re.compile(r"[A-Za-z0-9_@.+-]{3,64}")
_EARLIEST_BIRTHDAY: Final = "1900-01-01"


def uscc(*, label: Label) -> Meta:
    """A unified social credit identifier (统一社会信用代码), with its check digit."""

    def check(value: Any) -> str:
        given = _narrow(value, 64).upper()
        if len(given) != _USCC_LENGTH or any(each not in _USCC for each in given):
            raise InvalidValue("malformed", text="not_a_uscc")
        expected = _check_digit(given[:-1])
        if given[-1] != expected:
            raise InvalidValue("malformed", text="wrong_check_digit", expected=expected)
        return given

    return as_meta(
        check,
        label=label,
        min_length=_USCC_LENGTH,
        max_length=64,
        examples=["91330106MA2CF1234L"],
    )


def _check_digit(code: str) -> str:
    total = sum(_USCC.index(each) * pow(_WEIGHT, at, 31) for at, each in enumerate(code))
    return _USCC[-total % 31]


def region(*, label: Label) -> Meta:
    """A code of GB/T 2260: two digits each for province, prefecture and county."""

    def check(value: Any) -> str:
        given = _narrow(value, 64)
        if not _REGION.fullmatch(given):
            raise InvalidValue("malformed", text="not_a_region")
        return given

    return as_meta(check, label=label, pattern=f"^({_PROVINCES})[0-9]{{4}}$", examples=["330106"])


def website(*, label: Label) -> Meta:
    """An address that is safe to link to: http or https, which is added where there is none."""

    def check(value: Any) -> str:
        given = check_length(check_plain(value, _LONGEST_URL), 1, _LONGEST_URL)
        found = _URL.fullmatch(given)
        if found is None:
            raise InvalidValue("malformed", text="not_a_url")
        return check_length(given if found["scheme"] else f"https://{given}", 1, _LONGEST_URL)

    return as_meta(
        check,
        label=label,
        min_length=1,
        max_length=_LONGEST_URL,
        examples=["https://www.example.com"],
    )


def wechat(*, label: Label) -> Meta:
    """What a WeChat account is found by: its id, or a number."""

    def check(value: Any) -> str:
        given = check_plain(value, 64)
        if not _WECHAT.fullmatch(given):
            raise InvalidValue("malformed", text="not_a_wechat")
        return given

    return as_meta(
        check,
        label=label,
        min_length=3,
        max_length=64,
        pattern=f"^{_WECHAT.pattern}$",
        examples=["lilei_88"],
    )


def birthday(*, label: Label) -> Meta:
    """A day since 1900. Whether it is past is not asked, since that depends on the time zone."""

    def check(value: Any) -> str:
        given = parsed_date(string(value))
        if given < _EARLIEST_BIRTHDAY:
            raise InvalidValue("too_small", limit=_EARLIEST_BIRTHDAY)
        return given

    return as_meta(check, label=label, max_length=10, examples=["1988-05-20"])


def _narrow(value: Any, most: int) -> str:
    """Without width, blanks and hyphens, which people put between groups of digits."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", check_plain(value, most)))
