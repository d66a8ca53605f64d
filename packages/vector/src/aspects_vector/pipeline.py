"""The aggregator's Vector configuration: lines in, rows out. Called by `aggregator`."""

from __future__ import annotations

from typing import Any

from aspects_vector.outputs import sinks
from aspects_vector.target import Server

CONFIG_DIRECTORY = "/etc/vector"
DATA_DIRECTORY = "/var/lib/vector"
SECRET_DIRECTORY = "/run/secrets/vector"  # noqa: S105 - a path
METRICS_PORT = 9598
# Counters live this long after their last change: a rare failure must still be there when
# Prometheus looks.
COUNTER_SECONDS = 86400


def aggregator_config(values: dict[str, Any], server: Server) -> dict[str, Any]:
    """Return the whole configuration; Vector reads it as JSON."""
    return {
        **globals_of(DATA_DIRECTORY),
        "expire_metrics_secs": COUNTER_SECONDS,
        # A wrong password is answered 403, on which Vector drops: better not to start.
        "healthchecks": {"enabled": True, "require_healthy": True},
        "secret": {
            "files": {
                "type": "directory",
                "path": SECRET_DIRECTORY,
                "remove_trailing_whitespace": True,
            }
        },
        "sources": {
            "lines": {"type": "vector", "address": f"0.0.0.0:{values['port']}"},
            "internal": {"type": "internal_metrics"},
        },
        "transforms": transforms(values["store"]),
        "sinks": {
            **sinks(values, server),
            "metrics": metrics_sink(["internal", "dead_letters_total"], COUNTER_SECONDS),
        },
    }


def globals_of(data_directory: str) -> dict[str, Any]:
    """Return the settings that every Vector of ours shares.

    The API answers on the loopback only: it can show every event that passes.
    """
    return {
        "data_dir": data_directory,
        "api": {"enabled": True, "address": "127.0.0.1:8686"},
    }


def metrics_sink(inputs: list[str], seconds: int) -> dict[str, Any]:
    """Return the Prometheus endpoint; a metric unseen for `seconds` is forgotten."""
    return {
        "type": "prometheus_exporter",
        "inputs": inputs,
        "address": f"0.0.0.0:{METRICS_PORT}",
        "default_namespace": "vector",
        "flush_period_secs": seconds,
    }


def transforms(store: dict[str, bool]) -> dict[str, Any]:
    """Return the way from a line to a row; what fails goes to `dead_letters`, with its reason."""
    loggers = stored_loggers(store)
    routes = {name: f'.logger == "{logger}"' for name, logger in loggers.items()}
    found: dict[str, Any] = {
        "classify": _program("classify", ["lines"]),
        "by_logger": {
            "type": "route",
            "inputs": ["classify"],
            "route": {**routes, "unknown": '.logger == "unknown"'},
        },
    }
    refused = ["classify.dropped", "by_logger.unknown"]
    for name in loggers:
        found[name] = _program(name, [f"by_logger.{name}"])
        found[f"{name}_outcome"] = {
            "type": "route",
            "inputs": [name],
            "route": {"accepted": "!exists(.reason)", "refused": "exists(.reason)"},
        }
        refused += [f"{name}.dropped", f"{name}_outcome.refused"]
    found["dead_letters"] = _program("dead_letter", refused, reroute=False)
    found["dead_letters_total"] = _dead_letter_counter()
    return found


def stored_loggers(store: dict[str, bool]) -> dict[str, str]:
    """Return the transforms that keep something, with the logger that each reads."""
    kept = {}
    if store["xapi"]:
        kept["xapi"] = "xapi_tracking"
    if store["trackingLogs"]:
        kept["tracking"] = "tracking"
    return kept


def _program(name: str, inputs: list[str], *, reroute: bool = True) -> dict[str, Any]:
    # The programs neither fail nor abort; should one ever, the line leaves by `dropped`.
    found: dict[str, Any] = {
        "type": "remap",
        "inputs": inputs,
        "file": f"{CONFIG_DIRECTORY}/{name}.vrl",
    }
    if reroute:
        found |= {"drop_on_error": True, "drop_on_abort": True, "reroute_dropped": True}
    return found


def _dead_letter_counter() -> dict[str, Any]:
    return {
        "type": "log_to_metric",
        "inputs": ["dead_letters"],
        "metrics": [
            {
                "type": "counter",
                "field": "reason",
                "name": "dead_letters_total",
                "namespace": "aspects",
                "tags": {"reason": "{{ reason }}", "logger": "{{ logger }}"},
            }
        ],
    }
