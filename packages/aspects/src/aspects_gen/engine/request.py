"""A request to the HTTP interface: its parameters by meaning, and where its SQL and data come from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from aspects_gen.engine.fault import RequestError
from aspects_gen.engine.form import Part, read_form

RESERVED = frozenset(
    [
        "buffer_size",
        "client_protocol_version",
        "close_session",
        "compress",
        "database",
        "decompress",
        "default_format",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "password",
        "query",
        "query_id",
        "quota_key",
        "role",
        "send_progress_in_http_headers",
        "session_check",
        "session_id",
        "session_timeout",
        "stacktrace",
        "user",
        "wait_end_of_query",
    ]
)
"""Parameters that are no settings, or settings only of the answer's form.

Source: ClickHouse documentation, HTTP interface, read 2026-11.
"""

SESSION_SECONDS = 60
"""How long an idle session lives unless the client says. Source: ClickHouse documentation, HTTP interface."""


class Request(NamedTuple):
    """One request, read but for its body."""

    method: str
    path: str
    params: dict[str, str]
    headers: Message
    pieces: Iterator[bytes]
    """SQL and data: the parameter `query`, then the body."""
    tables: list[Part]
    """External tables, sent as files of a form."""

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings that hold for this request."""
        return {
            key: value
            for key, value in self.params.items()
            if key not in RESERVED and not key.startswith("param_") and not self._describes(key)
        }

    @property
    def parameters(self) -> dict[str, str]:
        """Return the query parameters, without their prefix."""
        prefix = "param_"
        return {k.removeprefix(prefix): v for k, v in self.params.items() if k.startswith(prefix)}

    @property
    def database(self) -> str:
        """Return the database to be in, empty for the session's."""
        return self.params.get("database", self.headers.get("X-ClickHouse-Database", ""))

    @property
    def default_format(self) -> str:
        """Return the format of an answer whose statement names none."""
        header = self.headers.get("X-ClickHouse-Format", "TabSeparated")
        return self.params.get("default_format", header)

    @property
    def session_seconds(self) -> int:
        """Return how long the session may be idle."""
        text = self.params.get("session_timeout", str(SESSION_SECONDS))
        if not text.isdigit():
            raise RequestError(27, "CANNOT_PARSE_INPUT", f"Invalid session timeout: '{text}'")
        return int(text)

    def has(self, flag: str) -> bool:
        """Return whether a parameter is on."""
        return self.params.get(flag, "0").lower() in ("1", "true")

    def structure_of(self, table: Part) -> tuple[str, str]:
        """Return an external table's columns and the format of its rows.

        Raises:
            RequestError: neither its structure nor its types are given.
        """
        structure = self.params.get(f"{table.name}_structure", "")
        types = self.params.get(f"{table.name}_types", "").split(",")
        if not structure and types != [""]:
            structure = ", ".join(f"_{place} {kind}" for place, kind in enumerate(types, start=1))
        if not structure:
            text = f"external table {table.name} has neither structure nor types"
            raise RequestError(36, "BAD_ARGUMENTS", text)
        return structure, self.params.get(f"{table.name}_format", "TabSeparated")

    def _describes(self, key: str) -> bool:
        ends = ("_structure", "_types", "_format")
        return any(key == f"{table.name}{end}" for table in self.tables for end in ends)


def read_request(method: str, target: str, headers: Message, body: Iterable[bytes]) -> Request:
    """Return a request from its first line, headers and body.

    Raises:
        RequestError: the form is no form, or the body is in ClickHouse's own compression.
    """
    url = urlsplit(target)
    params = dict(parse_qsl(url.query, keep_blank_values=True, errors="surrogateescape"))
    kind = headers.get("Content-Type", "")
    tables: list[Part] = []
    pieces = iter(body)
    if kind.lower().startswith("multipart/form-data"):
        parts = read_form(kind, b"".join(pieces))
        params |= {part.name: part.text for part in parts if not part.is_file}
        tables = [part for part in parts if part.is_file]
        pieces = iter(())
    for flag in ("compress", "decompress"):
        if params.get(flag, "0") not in ("0", "false", ""):
            text = f"{flag}=1 is not supported here; use Content-Encoding"
            raise RequestError(48, "NOT_IMPLEMENTED", text)
    query = params.get("query", "").encode("utf-8", "surrogateescape")
    return Request(method, url.path, params, headers, _joined(query, pieces), tables)


def _joined(query: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the parameter `query`, a line break, and the body if there is one."""
    first = next(pieces, None)
    if first is None:
        return iter((query,) if query else ())
    head = (query + b"\n",) if query else ()
    return itertools.chain(head, (first,), pieces)
