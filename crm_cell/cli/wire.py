"""What the server itself holds callers to, before the service sees anything of a request."""

from granian.constants import HTTPModes
from granian.http import HTTP1Settings

# Alone: what has begun to arrive of a request and is not here in time is closed. So is a connection
# that nothing is asked on for so long.
_HEAD_MILLISECONDS = 10_000
# Request line and header lines together. It is also what a connection can make the server hold of
# a body before the service has asked for it: 500 slow senders are 16 MB.
_HEAD_BYTES = 32 * 1024

HTTP_MODE = HTTPModes.http1
"""Without HTTP/2, whose many ways to make a server work for nothing nobody here has a use for: in
front of the service stands a gateway."""

HTTP1 = HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES)
