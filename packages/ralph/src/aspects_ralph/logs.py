"""What stands in /etc/ralph: uvicorn's logging configuration and the modules it runs; called by `emit`."""

from __future__ import annotations

import json
from typing import Any

PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"


def build_files(values: dict[str, Any], tools: Any) -> dict[str, dict[str, str]]:
    """Return the ConfigMap `ralph-config`: the logging, its module, and the served application."""
    config = json.dumps(build_config(values["logs"]), indent=2) + "\n"
    return {
        "ralph-config": {
            "logging.json": config,
            "ralph_app.py": tools.read("apps/ralph_app.py"),
            "ralph_logs.py": tools.read("apps/ralph_logs.py"),
        }
    }


def build_config(logs: dict[str, Any]) -> dict[str, Any]:
    """Return a `logging.config.dictConfig` of version 1."""
    formatter = (
        {"()": "ralph_logs.JsonFormatter"} if logs["format"] == "json" else {"format": PLAIN}
    )
    level = logs["level"]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": formatter},
        "filters": {"probes": {"()": "ralph_logs.ProbeFilter"}},
        "handlers": {
            "events": _handler([]),
            "requests": _handler(["probes"]),
        },
        "loggers": {
            "ralph": _logger("events", level),
            "uvicorn": _logger("events", level),
            "uvicorn.access": _logger("requests", "INFO" if logs["requests"] else "WARNING"),
        },
    }


def _handler(filters: list[str]) -> dict[str, Any]:
    return {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stderr",
        "formatter": "event",
        "filters": filters,
    }


def _logger(handler: str, level: str) -> dict[str, Any]:
    return {"handlers": [handler], "level": level, "propagate": False}
