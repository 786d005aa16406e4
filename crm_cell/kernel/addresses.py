"""Validation of e-mail addresses."""

import re

_MOST_PLAIN = 64
# In octets (RFC 5321, 4.5.3.1.1).
_LONGEST_MAILBOX = 64
# The form of nearly all addresses, much cheaper to check than by the library, which also accepts
# other scripts and characters and checks the lengths of labels.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+]+([.-][A-Za-z0-9_+]+)*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
)
_ENDS_IN_LETTER = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z", re.ASCII)


def is_plain(text: str) -> bool:
    """Whether the address has the common form, which needs no further check."""
    return len(text) <= _MOST_PLAIN and _PLAIN.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Checks the form alone, without DNS."""
    # Imported here because the import takes 30 ms, and most processes see plain addresses only.
    import email_validator

    # Accept names such as .test and .local, which work inside a company's network.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        found = email_validator.validate_email(
            text, check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        return False
    if len(found.local_part.encode()) > _LONGEST_MAILBOX:
        return False
    _, dot, last = found.ascii_domain.rpartition(".")
    return bool(dot) and _ENDS_IN_LETTER.match(last) is not None
