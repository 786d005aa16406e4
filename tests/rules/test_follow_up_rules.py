"""How the records that a follow-up mentions agree."""

import pytest

from crm_cell.follow_ups.rules import changed, customer_of, new_follow_up
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import RuleViolation


@pytest.mark.parametrize(
    ("given", "of_opportunity", "of_contact", "expected"),
    [
        (None, None, None, None),
        ("a", None, None, "a"),
        (None, "a", None, "a"),
        (None, None, "a", "a"),
        (None, "a", "a", "a"),
        ("a", "a", None, "a"),
        ("a", None, "a", "a"),
        ("a", "a", "a", "a"),
    ],
)
def test_a_missing_customer_is_filled(
    given: str | None, of_opportunity: str | None, of_contact: str | None, expected: str | None
) -> None:
    assert customer_of(given, of_opportunity=of_opportunity, of_contact=of_contact) == expected


@pytest.mark.parametrize(
    ("given", "of_opportunity", "of_contact", "message"),
    [
        ("a", "b", None, "opportunity_of_other_customer"),
        ("a", "b", "b", "opportunity_of_other_customer"),
        ("a", None, "b", "contact_of_other_customer"),
        ("a", "a", "b", "contact_of_other_customer"),
        (None, "a", "b", "contact_of_other_customer"),
    ],
)
def test_those_that_disagree_are_refused(
    given: str | None, of_opportunity: str | None, of_contact: str | None, message: str
) -> None:
    with pytest.raises(RuleViolation, match=message):
        customer_of(given, of_opportunity=of_opportunity, of_contact=of_contact)


def test_changes_to_what_is_there_already_leave_the_very_same() -> None:
    follow_up = new_follow_up(
        Actor("acme"), "id", 1, content="电话", customer_id="c", owner_id="alice"
    )
    assert changed(follow_up, {"customer_id": "c", "owner_id": "alice"}, 2) is follow_up
    after = changed(follow_up, {"content": "邮件"}, 2)
    assert (after.content, after.version, after.updated_at) == ("邮件", 2, 2)
