"""Requests that no client sends by honest means, by a name for each."""

HOST = b"Host: localhost\r\n"
IDENTITY = b"Authorization: Bearer test\r\nX-Tenant-Id: acme\r\n"
FRAME = HOST + IDENTITY
WRITE = FRAME + b"X-Request-ID: outer\r\nContent-Type: application/json\r\n"

GET = b"GET /customers HTTP/1.1\r\n"
POST = b"POST /customers HTTP/1.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY = b"\r\n"
OUTER_BODY = b'{"nmae":"Outer"}'


def hidden(path: bytes = b"/customers") -> bytes:
    """A whole request that another one carries: it must never be carried out."""
    body = b'{"name":"Smuggled"}'
    head = FRAME + b"X-Request-ID: smuggled\r\nContent-Type: application/json\r\n"
    return b"POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (path, head, len(body), body)


HIDDEN = hidden()


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def post(headers: bytes, body: bytes = b"") -> bytes:
    return POST + WRITE + headers + EMPTY + body


def get(line: bytes = GET, headers: bytes = b"") -> bytes:
    return line + FRAME + headers + EMPTY


def header_lines(count: int) -> bytes:
    return b"".join(b"X-Filler-%d: a\r\n" % number for number in range(count))


ENDS = b"0\r\n\r\n"
OUTER_CHUNKS = chunk(OUTER_BODY) + ENDS
LENGTH = b"Content-Length: %d\r\n" % len(OUTER_BODY)

# Answered with a 4xx or not at all, and the connection ends.
MALFORMED: dict[str, bytes] = {
    # Two opinions on where the body ends
    "CL.TE": post(b"Content-Length: 5\r\n" + CHUNKED, ENDS + HIDDEN),
    "TE.CL": post(CHUNKED + b"Content-Length: %d\r\n" % (5 + len(HIDDEN)), ENDS + HIDDEN),
    "CL.TE with a body": post(LENGTH + CHUNKED, OUTER_CHUNKS + HIDDEN),
    "two lengths": post(b"Content-Length: 2\r\n" + LENGTH, OUTER_BODY + HIDDEN),
    "two lengths in one line": post(b"Content-Length: 2, 16\r\n", OUTER_BODY + HIDDEN),
    "a length with a sign": post(b"Content-Length: +16\r\n", OUTER_BODY + HIDDEN),
    "a negative length": post(b"Content-Length: -1\r\n", HIDDEN),
    "a hexadecimal length": post(b"Content-Length: 0x10\r\n", OUTER_BODY + HIDDEN),
    "a length with a space in it": post(b"Content-Length: 1 6\r\n", OUTER_BODY + HIDDEN),
    "a length without end": post(b"Content-Length: " + b"9" * 40 + EMPTY, OUTER_BODY),
    "the largest length": post(b"Content-Length: 18446744073709551615\r\n", OUTER_BODY),
    "a length past every limit": post(b"Content-Length: 999999999999\r\n", OUTER_BODY),
    "an empty length": post(b"Content-Length:\r\n", OUTER_BODY + HIDDEN),
    "an encoding after chunked": post(b"Transfer-Encoding: chunked, identity\r\n", OUTER_CHUNKS),
    "an unknown encoding": post(b"Transfer-Encoding: xchunked\r\n" + LENGTH, OUTER_BODY + HIDDEN),
    "an encoding called identity": post(b"Transfer-Encoding: identity\r\n", OUTER_BODY + HIDDEN),
    "two encodings": post(b"Transfer-Encoding: x\r\n" + CHUNKED, OUTER_CHUNKS),
    "a space before the encoding's colon": post(b"Transfer-Encoding : chunked\r\n", OUTER_CHUNKS),
    "a tab before the encoding": post(b"\tTransfer-Encoding: chunked\r\n", OUTER_CHUNKS),
    "chunks in HTTP/1.0": b"POST /customers HTTP/1.0\r\n" + WRITE + CHUNKED + EMPTY + OUTER_CHUNKS,
    # Wrong chunks
    "a chunk size that is no number": post(CHUNKED, b"zz\r\n{}\r\n" + ENDS + HIDDEN),
    "a negative chunk size": post(CHUNKED, b"-2\r\n{}\r\n" + ENDS + HIDDEN),
    "a chunk size with 0x": post(CHUNKED, b"0x2\r\n{}\r\n" + ENDS + HIDDEN),
    "a chunk size that overflows": post(CHUNKED, b"f" * 18 + b"\r\n{}\r\n" + ENDS),
    "a chunk longer than it says": post(CHUNKED, b"1\r\n{}\r\n" + ENDS + HIDDEN),
    "a chunk shorter than it says": post(CHUNKED, b"8\r\n{}\r\n" + ENDS),
    "chunks with bare line feeds": post(CHUNKED, b"2\n{}\n0\n\n" + HIDDEN),
    "an endless chunk extension": post(CHUNKED, b"2;" + b"a" * 70_000 + b"\r\n{}\r\n" + ENDS),
    "five thousand trailers": post(CHUNKED, chunk(b"{}") + b"0\r\n" + header_lines(5000) + EMPTY),
    # Header lines
    "a folded header": get(headers=b"X-Note: a\r\n b\r\n"),
    "a folded length": post(b"Content-Length:\r\n 16\r\n", OUTER_BODY + HIDDEN),
    "no Host": GET + IDENTITY + EMPTY,
    "two Hosts": get(headers=HOST),
    "a NUL in a header": get(headers=b"X-Note: a\0b\r\n"),
    "a NUL in a header's name": get(headers=b"X\0Note: a\r\n"),
    "a bare CR in a header": get(headers=b"X-Note: a\rX-User-Id: bob\r\n"),
    "a control character in a header": get(headers=b"X-Note: a\x01b\r\n"),
    "a header without a colon": get(headers=b"garbage\r\n"),
    "a header without a name": get(headers=b": a\r\n"),
    "a space in a header's name": get(headers=b"X Note: a\r\n"),
    "a space before a colon": get(headers=b"X-Note : a\r\n"),
    "a space before the first header": GET + b" " + FRAME + EMPTY,
    "letters beyond ASCII in a header's name": get(headers="X-客: a\r\n".encode()),
    "101 header lines": get(headers=header_lines(98)),
    "10 000 header lines": get(headers=header_lines(10_000)),
    "a header of 64 KiB": get(headers=b"X-Note: " + b"a" * 65_536 + EMPTY),
    "a header without end": GET + FRAME + b"X-Note: " + b"a" * 500_000,
    "an Authorization of 64 KiB": GET + HOST + b"Authorization: Bearer " + b"a" * 65_536 + EMPTY,
    "a tenant sent twice": get(headers=b"X-Tenant-Id: globex\r\n"),
    # Request lines
    "a request line of 64 KiB": get(b"GET /customers?" + b"a" * 65_536 + b" HTTP/1.1\r\n"),
    "a request line without end": b"GET /" + b"a" * 500_000,
    "a method without end": b"G" * 500_000,
    "a method with a bracket": get(b"GE(T /customers HTTP/1.1\r\n"),
    "a method in small letters": get(b"post /customers HTTP/1.1\r\n"),
    "a NUL in the path": get(b"GET /cust\0omers HTTP/1.1\r\n"),
    "two spaces": get(b"GET  /customers HTTP/1.1\r\n"),
    "tabs for spaces": get(b"GET\t/customers\tHTTP/1.1\r\n"),
    "a space in the path": get(b"GET /cust omers HTTP/1.1\r\n"),
    "a path without its slash": get(b"GET customers HTTP/1.1\r\n"),
    "a star for a path": get(b"GET * HTTP/1.1\r\n"),
    "CONNECT": get(b"CONNECT elsewhere:80 HTTP/1.1\r\n"),
    "TRACE": get(b"TRACE /customers HTTP/1.1\r\n"),
    "no version": b"GET /customers\r\n\r\n",
    "HTTP/0.9": get(b"GET /customers HTTP/0.9\r\n"),
    "HTTP/1.2": get(b"GET /customers HTTP/1.2\r\n"),
    "HTTP/2.0": get(b"GET /customers HTTP/2.0\r\n"),
    "HTTP/1.10": get(b"GET /customers HTTP/1.10\r\n"),
    "another protocol": get(b"GET /customers RTSP/1.1\r\n"),
    # What is no request at all
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4" + b"\0" * 5,
    "a TLS hello": bytes.fromhex("16030100a5010000a10303") + b"\0" * 160,
    "every byte": bytes(range(256)) * 4,
    "line ends only": b"\r\n" * 100_000,
}

# Whoever sends one of these hangs up after it.
HALVES: dict[str, bytes] = {
    "nothing": b"",
    "half a request line": b"GET /custo",
    "half a head": GET + b"Host: localhost\r\nX-No",
    "a head without its end": GET + FRAME,
    "half a body": post(LENGTH, OUTER_BODY[:8]),
    "no body where one is announced": post(LENGTH),
    "chunks that stop": post(CHUNKED, b"10\r\n{"),
}

# Answered once, as one request: the standard asks for it (RFC 9112, 2.2, 3.2.2 and 7.1) or
# leaves it open, and every reader finds the same end of the request.
UNUSUAL: dict[str, bytes] = {
    "bare line feeds": (GET + FRAME + EMPTY).replace(b"\r\n", b"\n"),
    "an absolute address": get(b"GET http://elsewhere/customers HTTP/1.1\r\n"),
    "line ends before it": b"\r\n\r\n" + get(),
    "HTTP/1.0 without Host": b"GET /customers HTTP/1.0\r\n" + IDENTITY + EMPTY,
    "a body that a GET has no use for": get(headers=b"Content-Length: %d\r\n" % len(HIDDEN))
    + HIDDEN,
    "an upgrade to HTTP/2": get(
        headers=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n"
    ),
    "an upgrade to WebSocket": get(headers=b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    "100 header lines": get(headers=header_lines(97)),
}

# The first of the two is good; what follows it is refused.
PIPELINED: dict[str, bytes] = {
    "garbage after a request": get() + b"\x00\xff garbage\r\n\r\n",
    "a body nobody announced": get() + OUTER_BODY + b"\r\n\r\n",
    "a second request with two lengths": get() + MALFORMED["two lengths"],
}
