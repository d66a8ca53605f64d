"""The served application: times in questions."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import types
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aspects_ralph


@pytest.fixture(scope="module")
def shim():
    path = Path(aspects_ralph.__file__).parent / "apps" / "ralph_app.py"
    spec = importlib.util.spec_from_file_location("ralph_app", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-01-01T00:00:00Z", "1704067200.000000"),
        ("2024-01-01T00:00:00.123456789+00:00", "1704067200.123456"),
        ("2024-01-01T02:00:00.5+02:00", "1704067200.500000"),
        ("2023-12-31 19:00:00-0500", "1704067200.000000"),
        ("2024-01-01T00:00:00", "1704067200.000000"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ("2024-13-01T00:00:00Z", "2024-13-01T00:00:00Z"),
        ("yesterday", "yesterday"),
        ("1704067200.5", "1704067200.5"),
        ("", ""),
    ],
)
def test_moment_becomes_seconds(shim, moment, expected):
    assert shim.seconds(moment) == expected


@given(moment=st.datetimes(min_value=datetime(1970, 1, 2)))
def test_moment_stays_the_same_moment(shim, moment):
    zoned = moment.replace(tzinfo=timezone(timedelta(hours=5, minutes=45)))
    whole, fraction = shim.seconds(zoned.isoformat()).split(".")
    past = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    assert int(whole) == past.days * 86400 + past.seconds
    assert int(fraction) == past.microseconds


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", b""),
        (b"limit=2&agent=%7B%22a%22%3A+1%7D", b"limit=2&agent=%7B%22a%22%3A+1%7D"),
        (b"since=2024-01-01T00%3A00%3A00Z&limit=2", b"since=1704067200.000000&limit=2"),
        (b"verb=2024-01-01T00%3A00%3A00Z", b"verb=2024-01-01T00%3A00%3A00Z"),
        (b"until=&since=never", b"until=&since=never"),
    ],
)
def test_only_times_change_in_a_question(shim, query, expected):
    assert shim.turn_times(query) == expected


def test_every_request_reaches_ralph(shim, monkeypatch):
    seen = []

    async def ralph(scope, receive, send):
        seen.append(scope)

    monkeypatch.setitem(sys.modules, "ralph", types.ModuleType("ralph"))
    module = types.ModuleType("ralph.api")
    module.app = ralph
    monkeypatch.setitem(sys.modules, "ralph.api", module)
    asyncio.run(shim.app({"type": "lifespan"}, None, None))
    http = {"type": "http", "path": "/x", "query_string": b"since=2024-01-01T00:00:00Z"}
    asyncio.run(shim.app(http, None, None))
    assert seen == [
        {"type": "lifespan"},
        {"type": "http", "path": "/x", "query_string": b"since=1704067200.000000"},
    ]
