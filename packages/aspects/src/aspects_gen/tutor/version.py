"""Which line of the Aspects plugin wrote a configuration: unset variables mean different things in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RALPH_LINE = "ralph"
VECTOR_LINE = "vector"

FLIPPED = (6, 1)
"""First release whose default pipeline is Vector. Source: plugin release 6.1.0, 2026-10."""

KNOWN_OLD = (4, 0)
"""Releases before this one are known to run Ralph by default; 4.0 to 6.0 are taken to."""

NEW_AT_SAVE = ("ASPECTS_XAPI_S3_ACCESS_KEY", "ASPECTS_XAPI_S3_SECRET_KEY")
"""Generated settings that 6.1 and later write into the file at every save."""

SAVED = (
    "ASPECTS_CLICKHOUSE_CMS_PASSWORD",
    "ASPECTS_CLICKHOUSE_LRS_PASSWORD",
    "ASPECTS_CLICKHOUSE_REPORT_PASSWORD",
    "ASPECTS_CLICKHOUSE_VECTOR_PASSWORD",
    "CLICKHOUSE_ADMIN_PASSWORD",
    "RALPH_ADMIN_HASHED_PASSWORD",
    "RALPH_LMS_HASHED_PASSWORD",
    "SUPERSET_OAUTH2_CLIENT_SECRET",
    "SUPERSET_SECRET_KEY",
)
"""Generated settings that every release writes at every save."""

NEW = (
    *NEW_AT_SAVE,
    "ASPECTS_COURSE_STRUCTURE_REFRESH",
    "ASPECTS_COURSE_STRUCTURE_REFRESH_RANDOMIZE",
    "ASPECTS_PII_CHART_UUIDS",
    "ASPECTS_PII_INSTRUCTOR_DASHBOARDS",
    "ASPECTS_VECTOR_AGGREGATOR_BUFFER_MAX_SIZE",
    "ASPECTS_VECTOR_AGGREGATOR_PORT",
    "ASPECTS_VECTOR_AGGREGATOR_REPLICAS",
    "ASPECTS_VECTOR_AGGREGATOR_STORAGE_SIZE",
    "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH",
    "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE",
    "ASPECTS_XAPI_S3_BUCKET",
    "ASPECTS_XAPI_S3_ENDPOINT",
    "ASPECTS_XAPI_S3_REGION",
    "ASPECTS_XAPI_S3_SINK_MAX_EVENTS",
    "ASPECTS_XAPI_S3_SINK_TIMEOUT_SECS",
)
"""Variables that no release before 6.1 knows."""

GONE = (
    "ASPECTS_VECTOR_RAW_XAPI_TABLE",
    "ASPECTS_XAPI_TABLE",
    "EXTRA_DBT_PACKAGES",
    "SUPERSET_DEFAULT_LOCALE",
    "SUPERSET_TALISMAN_ENABLED",
)
"""Variables that 6.1 no longer knows."""

_VERSION = re.compile(r"^v?([0-9]{1,3})(?:\.([0-9]{1,3})(?:[.-].*)?)?$")


@dataclass(frozen=True)
class Line:
    """The line that a configuration is read as, and why."""

    name: str
    evidence: tuple[str, ...]
    sure: bool

    @property
    def title(self) -> str:
        """Return the line as people name it."""
        return "6.1 or newer" if self.name == VECTOR_LINE else "older than 6.1"


def parse_version(text: str) -> tuple[int, int] | None:
    """Return (major, minor) of a release, or None when the text is none."""
    match = _VERSION.match(text.strip())
    return (int(match[1]), int(match[2] or 0)) if match else None


def find_line(config: Mapping[str, Any], wanted: str | None) -> Line:
    """Return the line that a configuration belongs to.

    Args:
        config: the settings in the file.
        wanted: release that the operator named; wins over all evidence.
    """
    for origin, text in (("--aspects-version", wanted), ("ASPECTS_VERSION", _version(config))):
        version = parse_version(text) if text else None
        if version:
            name = VECTOR_LINE if version >= FLIPPED else RALPH_LINE
            evidence = [f"{origin} says {version[0]}.{version[1]}"]
            if KNOWN_OLD <= version < FLIPPED:
                evidence.append("releases 4.0 to 6.0 are taken to run Ralph by default")
            return Line(name, tuple(evidence), sure=not KNOWN_OLD <= version < FLIPPED)
    return _weigh(config)


def _version(config: Mapping[str, Any]) -> str | None:
    value = config.get("ASPECTS_VERSION")
    return str(value) if isinstance(value, str | int | float) else None


def _weigh(config: Mapping[str, Any]) -> Line:
    new = [name for name in NEW if name in config]
    gone = [name for name in GONE if name in config]
    saved = [name for name in SAVED if name in config]
    oars = sorted(name for name in config if name.startswith("OARS_"))
    if new:
        return Line(VECTOR_LINE, (f"{_names(new)} set, which no release before 6.1 knows",), True)
    evidence = [f"{_names(gone)} set, which 6.1 no longer knows"] if gone else []
    if oars:
        evidence.append(f"{_names(oars)} set, names from before the project was called Aspects")
    if saved:
        missing = " and ".join(NEW_AT_SAVE)
        evidence.insert(
            0,
            f"the plugin saved this file ({_names(saved)} set), "
            f"but {missing} are missing, which 6.1 and newer write at every save",
        )
    if evidence:
        return Line(RALPH_LINE, tuple(evidence), bool(saved))
    text = "nothing in the file tells its release, so the newest is assumed"
    return Line(VECTOR_LINE, (text,), False)


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:2])
    more = len(names) - 2
    tail = f" and {more} more are" if more > 0 else " are" if len(names) > 1 else " is"
    return shown + tail
