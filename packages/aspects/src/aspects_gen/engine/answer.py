"""An answer of the HTTP interface: status, headers that say format and counts, and the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from aspects_gen.engine.request import Request

STREAMABLE = frozenset(
    name.lower()
    for name in [
        "Native",
        "RowBinary",
        "TabSeparated",
        "TSV",
        "TabSeparatedRaw",
        "TSVRaw",
        "CSV",
        "JSONEachRow",
        "NDJSON",
        "JSONLines",
        "JSONCompactEachRow",
        "JSONStringsEachRow",
        "LineAsString",
        "TSKV",
        "Null",
    ]
)
"""Formats whose pieces, one after the other, are the whole: others begin or end with something of their own."""

CONTENT_TYPES = {
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "tsv": "text/tab-separated-values; charset=UTF-8",
    "tabseparatedwithnames": "text/tab-separated-values; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "csvwithnames": "text/csv; charset=UTF-8; header=present",
    "json": "application/json; charset=UTF-8",
    "jsoncompact": "application/json; charset=UTF-8",
    "jsoneachrow": "application/x-ndjson; charset=UTF-8",
}
TEXT = "text/plain; charset=UTF-8"
BYTES = "application/octet-stream"

_COUNTS = (
    "read_rows",
    "read_bytes",
    "written_rows",
    "written_bytes",
    "total_rows_to_read",
    "result_rows",
    "result_bytes",
)
"""What X-ClickHouse-Summary holds, beside the time. Source: ClickHouse documentation, HTTP interface."""


class Answer(NamedTuple):
    """What goes back to the client."""

    status: int
    headers: dict[str, str]
    body: bytes | Iterator[bytes]


def plain_answer(status: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    """Return an answer in words."""
    return Answer(status, {"Content-Type": TEXT} | (headers or {}), text.encode())


def answer_of(
    request: Request, body: bytes, fmt: str, counts: dict[str, int], seconds: float
) -> Answer:
    """Return the answer to a statement that is done.

    Args:
        request: what was asked.
        body: its result.
        fmt: the result's format, empty when the statement has no result.
        counts: rows and bytes, those of X-ClickHouse-Summary that are known.
        seconds: how long it took.
    """
    return Answer(200, headers_of(request, fmt, counts, seconds), body)


def headers_of(
    request: Request, fmt: str, counts: dict[str, int], seconds: float
) -> dict[str, str]:
    """Return the headers of an answer; one without a result names no format, by which clients tell."""
    summary = {name: str(counts.get(name, 0)) for name in _COUNTS}
    summary["elapsed_ns"] = str(int(seconds * 1e9))
    text = json.dumps(summary, separators=(",", ":"))
    headers = {"Content-Type": TEXT, "X-ClickHouse-Summary": text}
    if request.has("send_progress_in_http_headers"):
        headers["X-ClickHouse-Progress"] = text
    if fmt:
        headers["X-ClickHouse-Format"] = fmt
        headers["Content-Type"] = CONTENT_TYPES.get(fmt.lower(), BYTES)
    return headers
