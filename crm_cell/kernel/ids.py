"""UUIDv7 as text: sortable by creation, so that a primary key is also the order of a list."""

import os
import re

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_COUNTER_BITS = 26
_RANDOM_BITS = 48
_RANDOM_BYTES = 10
_DRAWN = 100
# A millisecond's first counter leaves the upper half free: 33 million ids before it overflows.
_COUNTER_START_MASK = (1 << (_COUNTER_BITS - 1)) - 1


class IdMaker:
    """Makes ids that always rise within one process, many per millisecond included.

    RFC 9562, method 1: a counter (26 bits here, 12 of rand_a and 14 of rand_b) starts at a
    random value in each millisecond and rises by one; the other 48 bits are random.
    """

    def __init__(self) -> None:
        self._millisecond = 0
        self._counter = 0
        self._drawn: list[bytes] = []

    def make(self, milliseconds: int) -> str:
        random = int.from_bytes(self._draw(), "big")
        if milliseconds != self._millisecond:
            self._millisecond = milliseconds
            self._counter = (random >> _RANDOM_BITS) & _COUNTER_START_MASK
        else:
            self._counter += 1
        return _render(milliseconds, self._counter, random & ((1 << _RANDOM_BITS) - 1))

    def _draw(self) -> bytes:
        """Taken from the system a hundred at a time: asking it costs as much as all the rest."""
        if not self._drawn:
            many = os.urandom(_RANDOM_BYTES * _DRAWN)
            self._drawn = [
                many[at : at + _RANDOM_BYTES] for at in range(0, len(many), _RANDOM_BYTES)
            ]
        return self._drawn.pop()


def is_id(text: str) -> bool:
    return _UUID7.fullmatch(text) is not None


def lowest_at(milliseconds: int) -> str:
    """The smallest id of a millisecond: turns a range of times into a range of ids."""
    return _render(min(max(milliseconds, 0), (1 << 48) - 1), 0, 0)


def time_of(identifier: str) -> int:
    """The milliseconds that an id was made from."""
    return int(identifier[:8] + identifier[9:13], 16)


def _render(milliseconds: int, counter: int, random: int) -> str:
    high, low = counter >> 14, counter & 0x3FFF
    value = (milliseconds << 80) | (0x7 << 76) | (high << 64) | (0x2 << 62) | (low << 48) | random
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


new_id = IdMaker().make
