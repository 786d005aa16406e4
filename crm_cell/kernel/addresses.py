"""What an e-mail address is."""

import re

import email_validator

_MOST_PLAIN = 64
# In octets (RFC 5321, 4.5.3.1.1).
_LONGEST_MAILBOX = 64
# As nearly all are. It costs a tenth of what the library does, which also knows the rest: other
# scripts, quoting, lengths of labels.
_PLAIN = re.compile(
    r"[a-z0-9_+]+([.-][a-z0-9_+]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII | re.IGNORECASE
)
_ENDS_IN_LETTER = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z", re.ASCII)

# Names such as .test and .local work inside a company's network: nobody here sends to them.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def is_address(text: str) -> bool:
    """By its form alone: nothing is looked up."""
    if len(text) <= _MOST_PLAIN and _PLAIN.fullmatch(text):
        return True
    try:
        found = email_validator.validate_email(
            text, check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        return False
    _, dot, last = found.ascii_domain.rpartition(".")
    if len(found.local_part.encode()) > _LONGEST_MAILBOX:
        return False
    return bool(dot) and _ENDS_IN_LETTER.match(last) is not None
