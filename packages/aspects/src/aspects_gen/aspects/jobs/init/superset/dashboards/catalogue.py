"""Which relations the models make, and their columns, read from the dbt project's own words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

Relations = dict[str, dict[str, str]]
"""`reporting.dim_course_names` to column to type; databases by the names that SQL here gives them."""

_DATABASE = re.compile(r"schema=(xapi|event_sink)_database\(\)")


def read_relations(project: Path) -> Relations:
    """Return the columns of every model and of every source that states them.

    Args:
        project: folder of the dbt project.
    """
    homes = {
        path.stem: _home(path.read_text("utf-8")) for path in project.rglob("models/**/*.sql")
    }
    found: Relations = {}
    for path in sorted((project / "models").rglob("*.yml")):
        content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
        for model in content.get("models", []):
            if model["name"] in homes:
                found[f"{homes[model['name']]}.{model['name']}"] = _columns(model)
        for source in content.get("sources", []):
            for table in source.get("tables", []):
                if "columns" in table:
                    found[f"{source['name']}.{table['name']}"] = _columns(table)
    return found


def _home(sql: str) -> str:
    match = _DATABASE.search(sql)
    return match.group(1) if match else "reporting"


def _columns(model: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: str(column["data_type"]) for column in model.get("columns", [])}
