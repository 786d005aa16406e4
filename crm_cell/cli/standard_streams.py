"""Opens standard input, output and error if the caller has closed them."""

import os
import sys

_LAST = 2


def open_missing() -> None:
    """Open closed streams on /dev/null. Otherwise the next opened file, e.g. the database, would
    get the descriptor of standard output, and printed text would be written into it."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, number in (("stdout", 1), ("stderr", _LAST)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
