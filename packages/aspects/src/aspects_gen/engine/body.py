"""The bytes of a request's body as they arrive: any length, chunked or not, compressed or not."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from email.message import Message
from importlib import import_module
from io import BufferedIOBase
from typing import Any

from aspects_gen.engine.fault import EngineError, RequestError

PIECE_BYTES = 1 << 18
"""How much is read at once."""

MAX_CHUNK_LINE = 1024
"""Longest line that may announce a chunk."""

_Inflate = Callable[[], Any]


class Body:
    """A body that is read once; what nobody reads is skipped, so that the connection can go on.

    Args:
        source: the connection.
        headers: of the request.
    """

    def __init__(self, source: BufferedIOBase, headers: Message) -> None:
        chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        length = headers.get("Content-Length", "0")
        if not chunked and not length.isdigit():
            raise RequestError(62, "SYNTAX_ERROR", f"Content-Length {length!r} is no number")
        self._raw = _chunks(source) if chunked else _measured(source, int(length))
        self._encoding = headers.get("Content-Encoding", "").strip().lower()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the decompressed pieces."""
        return _inflated(self._raw, self._encoding)

    def skip(self) -> None:
        """Read and drop the rest."""
        for _ in self._raw:
            pass


def _measured(source: BufferedIOBase, length: int) -> Iterator[bytes]:
    while length > 0:
        piece = source.read(min(PIECE_BYTES, length))
        if not piece:
            raise ConnectionError("the client went away in the middle of its request")
        length -= len(piece)
        yield piece


def _chunks(source: BufferedIOBase) -> Iterator[bytes]:
    """Yield the pieces of a chunked body, then read its trailer."""
    while True:
        line = source.readline(MAX_CHUNK_LINE)
        try:
            size = int(line.split(b";")[0].strip(), 16)
        except ValueError:
            raise ConnectionError(f"not the size of a chunk: {line[:40]!r}") from None
        if size == 0:
            break
        yield from _measured(source, size)
        source.readline(MAX_CHUNK_LINE)
    while source.readline(MAX_CHUNK_LINE).strip():
        pass


def _inflated(raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a body's pieces decompressed.

    Raises:
        RequestError: the compression is unknown, or the bytes are not so compressed.
    """
    if encoding in ("", "identity"):
        yield from raw
        return
    make = _inflaters().get(encoding)
    if make is None:
        known = ", ".join(sorted(_inflaters()))
        text = f"Content-Encoding {encoding!r} is unknown; known are {known}"
        raise RequestError(48, "NOT_IMPLEMENTED", text)
    inflate = make()
    try:
        for piece in raw:
            plain = inflate.decompress(piece)
            while getattr(inflate, "eof", False) and inflate.unused_data:
                rest, inflate = (
                    inflate.unused_data,
                    make(),
                )  # a body may be several frames in a row
                plain += inflate.decompress(rest)
            if plain:
                yield plain
    except (zlib.error, RuntimeError, EOFError, ValueError) as error:
        raise RequestError(
            354, "ZLIB_INFLATE_FAILED", f"body is not {encoding}: {error}"
        ) from error


def _inflaters() -> dict[str, _Inflate]:
    """Return what makes a decompressor, by Content-Encoding."""
    return {
        "gzip": lambda: zlib.decompressobj(31),
        "deflate": lambda: zlib.decompressobj(),
        "lz4": _lz4,
        "zstd": _zstd,
    }


def _lz4() -> Any:
    return _module("lz4", "lz4.frame").LZ4FrameDecompressor()


def _zstd() -> Any:
    module = _module("zstandard", "zstandard", "backports.zstd")
    if hasattr(module, "ZstdCompressionDict"):
        return module.ZstdDecompressor().decompressobj()
    return module.ZstdDecompressor()


def _module(package: str, *names: str) -> Any:
    """Return the first of some modules that is installed.

    Raises:
        EngineError: none is; the package is what to install.
    """
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise EngineError(f"this body needs the package {package}; fix: pip install {package}")
