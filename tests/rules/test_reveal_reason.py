"""The reason of a reveal does not repeat what was revealed, in whatever spelling."""

import pytest

from crm_cell.reveals.rules import without_contact_details

PHONES = ["13812345678"]
EMAILS = ["li.lei@example.com"]


@pytest.mark.parametrize(
    ("reason", "recorded"),
    [
        ("回拨 13812345678", "回拨 ***"),
        ("回拨 138 1234 5678。", "回拨 ***。"),
        ("回拨 138-1234-5678，急", "回拨 ***，急"),
        ("call +86 138 1234 5678 back", "call *** back"),
        ("call 0086-13812345678 back", "call *** back"),
        ("回拨 １３８１２３４５６７８", "回拨 ***"),
        ("写信到 LI.LEI@example.com", "写信到 ***"),
        ("13812345678/13987654321", "***/13987654321"),
        ("3 号楼 1204 室，下午 15:30", "3 号楼 1204 室，下午 15:30"),
        ("订单 2026112900017", "订单 2026112900017"),
        ("回拨 13987654321", "回拨 13987654321"),
    ],
)
def test_the_number_and_the_address_are_left_out(reason: str, recorded: str) -> None:
    assert without_contact_details(reason, PHONES, EMAILS) == recorded


def test_each_of_several_numbers_is_left_out() -> None:
    phones = ["010-88886666转12", "+1 415 555 2671"]
    reason = "拨 (010) 8888 6666 或 001 4155552671"
    assert without_contact_details(reason, phones, []) == "拨 *** 或 ***"
