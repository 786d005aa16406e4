"""What an e-mail address is."""

import re

_MOST_PLAIN = 64
# In octets (RFC 5321, 4.5.3.1.1).
_LONGEST_MAILBOX = 64
# As nearly all are. It costs a fraction of what the library does, which also knows the rest: other
# scripts, other characters, lengths of labels.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+]+([.-][A-Za-z0-9_+]+)*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}"
)
_ENDS_IN_LETTER = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z", re.ASCII)


def is_plain(text: str) -> bool:
    """An address as nearly all are."""
    return len(text) <= _MOST_PLAIN and _PLAIN.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """By its form alone: nothing is looked up."""
    # Imported here because it costs 30 ms, and most services meet plain addresses only.
    import email_validator

    # Names such as .test and .local work inside a company's network: nobody here sends to them.
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
