"""Limits that the HTTP server enforces before the service sees a request."""

from granian.constants import HTTPModes
from granian.http import HTTP1Settings

# The timeout for receiving request line and headers, and for an idle connection.
_HEAD_MILLISECONDS = 10_000
# The limit for request line and headers. It also limits the part of a body that the server buffers
# for a connection before the service reads it: 500 slow senders take 16 MB.
_HEAD_BYTES = 32 * 1024

HTTP_MODE = HTTPModes.http1
"""Without HTTP/2: the service stands behind a gateway, which does not need it, and HTTP/2 has more
ways to overload a server."""

HTTP1 = HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES)
