"""A URL is shown without the credentials that it may carry."""

import pytest

from crm_cell.kernel.urls import without_credentials


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://id.example/keys.json", "https://id.example/keys.json"),
        ("https://id.example/a@b?c=d@e", "https://id.example/a@b?c=d@e"),
        ("https://user:secret@id.example/keys", "https://***@id.example/keys"),
        ("https://user:p@ss@id.example:443", "https://***@id.example:443"),
        ("user:secret@id.example", "***@id.example"),
        ("", ""),
    ],
)
def test_the_user_and_password_are_left_out(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
