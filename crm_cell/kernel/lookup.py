"""The forms in which numbers and addresses are compared: two of one form are the same."""

import re

_NO_DIGIT = re.compile(r"[^0-9]")


def phone_key(number: str) -> str:
    """Its digits, and a plus where it begins with one: +86 138-1234-5678 is +8613812345678."""
    if number.isdigit():
        return number
    return "+" * number.startswith("+") + _NO_DIGIT.sub("", number)


def email_key(address: str) -> str:
    """People write capitals as they like, and every mail server there is lets them."""
    return address.casefold()
