"""Calendars in the form of RFC 5545, as far as tasks need it.

Events are all-day or have a time in UTC, so no time zone has to be described. Lines end with CRLF,
and longer ones are folded between characters.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

_MOST_OCTETS: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


class Event(msgspec.Struct, frozen=True):
    uid: str
    summary: str
    changed_at: int
    """In milliseconds since 1970, as all times here."""
    on: str | None = None
    """A whole day, YYYY-MM-DD."""
    at: int | None = None
    """A moment, where it is no whole day."""
    description: str = ""
    remind_at: int | None = None


def calendar(name: str, events: Sequence[Event]) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crm-cell//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for each in events for line in _lines(each)),
        "END:VCALENDAR",
    ]
    return "".join(folded(line) for line in lines)


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_time(event.changed_at)}"
    yield f"LAST-MODIFIED:{_time(event.changed_at)}"
    yield from _when(event)
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.remind_at is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escaped(event.summary)}"
        yield f"TRIGGER;VALUE=DATE-TIME:{_time(event.remind_at)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _when(event: Event) -> Iterator[str]:
    if event.on is None:
        yield f"DTSTART:{_time(event.at or 0)}"
        return
    day = date.fromisoformat(event.on)
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    if day < date.max:
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    # Somebody with something to do on a day is not busy all day.
    yield "TRANSP:TRANSPARENT"


def escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def folded(line: str) -> str:
    """In pieces of at most 75 octets, of which all but the first begin with a space."""
    pieces, size = [""], 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _MOST_OCTETS:
            pieces.append(" ")
            size = 1
        pieces[-1] += char
        size += octets
    return "\r\n".join(pieces) + "\r\n"


def _time(milliseconds: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return f"{moment.year:04}{moment:%m%dT%H%M%SZ}"
