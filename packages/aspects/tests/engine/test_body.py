import gzip
import io
import zlib
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspects_gen.engine.body import Body
from aspects_gen.engine.fault import RequestError

DATA = b"a,b\n" * 100_000


def body_of(raw, **headers):
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Body(io.BufferedReader(io.BytesIO(raw)), message)


def chunked(pieces):
    return b"".join(b"%x;note\r\n%s\r\n" % (len(p), p) for p in pieces if p) + b"0\r\nT: x\r\n\r\n"


@given(st.lists(st.binary(max_size=50)), st.binary(max_size=20))
def test_chunked_body_is_its_pieces_and_leaves_what_follows(pieces, following):
    source = io.BufferedReader(io.BytesIO(chunked(pieces) + following))
    message = Message()
    message["Transfer-Encoding"] = "chunked"
    assert b"".join(Body(source, message)) == b"".join(pieces)
    assert source.read() == following


def test_body_of_a_length_leaves_what_follows():
    body = body_of(b"abcdef", Content_Length="3")
    assert b"".join(body) == b"abc"


def test_body_without_length_is_empty():
    assert b"".join(body_of(b"abc")) == b""


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZIP", lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:])),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
def test_compressed_body_is_read(encoding, compress):
    raw = compress(DATA)
    body = body_of(raw, Content_Length=str(len(raw)), Content_Encoding=encoding)
    assert b"".join(body) == DATA


def test_lz4_body_of_several_frames_is_read():
    frame = pytest.importorskip("lz4.frame")
    raw = frame.compress(DATA[:5]) + frame.compress(DATA[5:])
    body = body_of(raw, Content_Length=str(len(raw)), Content_Encoding="lz4")
    assert b"".join(body) == DATA


def test_body_of_unknown_compression_is_refused_with_those_known():
    body = body_of(b"x", Content_Length="1", Content_Encoding="br")
    with pytest.raises(RequestError, match="known are deflate, gzip, lz4, zstd"):
        list(body)


def test_body_that_is_not_so_compressed_is_refused():
    body = body_of(b"plain", Content_Length="5", Content_Encoding="gzip")
    with pytest.raises(RequestError, match="body is not gzip"):
        list(body)


@pytest.mark.parametrize(
    ("raw", "headers"),
    [(b"ab", {"Content_Length": "3"}), (b"zz\r\nab", {"Transfer_Encoding": "chunked"})],
)
def test_body_that_breaks_off_is_a_lost_connection(raw, headers):
    with pytest.raises(ConnectionError):
        list(body_of(raw, **headers))


def test_body_with_a_length_that_is_no_number_is_refused():
    with pytest.raises(RequestError, match="'-1' is no number"):
        body_of(b"", Content_Length="-1")
