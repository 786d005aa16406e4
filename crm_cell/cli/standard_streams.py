"""Standard input, output and error, which the caller may have closed."""

import os
import sys

_LAST = 2


def open_missing() -> None:
    """Lead closed ones to nowhere. The next file that is opened, the database say, would otherwise
    get the number of standard output, and what is printed would be written into it."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", _LAST)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
