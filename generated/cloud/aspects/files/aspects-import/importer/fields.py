"""The fields of each kind of asset, with what holds where a file says nothing.

Names and defaults: Superset 6.1.0, the `export_fields` of its models and their columns' defaults.
"""

from __future__ import annotations

import json
from typing import Any

MANAGED = {"is_managed_externally": True, "external_url": None}
"""Superset's editor then says that a change belongs elsewhere; copies are free."""

DATABASE = {
    "database_name": None,
    "cache_timeout": None,
    "expose_in_sqllab": True,
    "allow_run_async": False,
    "allow_ctas": False,
    "allow_cvas": False,
    "allow_dml": False,
    "allow_file_upload": False,
    "impersonate_user": False,
    "extra": {},
    **MANAGED,
}
DATASET = {
    "table_name": None,
    "schema": None,
    "catalog": None,
    "sql": None,
    "description": None,
    "main_dttm_col": None,
    "currency_code_column": None,
    "default_endpoint": None,
    "offset": 0,
    "cache_timeout": None,
    "params": None,
    "template_params": None,
    "filter_select_enabled": True,
    "fetch_values_predicate": None,
    "extra": None,
    "normalize_columns": False,
    "always_filter_main_dttm": False,
    "folders": None,
    **MANAGED,
}
COLUMN = {
    "verbose_name": None,
    "is_dttm": False,
    "is_active": True,
    "type": None,
    "advanced_data_type": None,
    "groupby": True,
    "filterable": True,
    "expression": None,
    "description": None,
    "python_date_format": None,
    "datetime_format": None,
    "extra": None,
}
METRIC = {
    "verbose_name": None,
    "metric_type": None,
    "expression": None,
    "description": None,
    "d3format": None,
    "currency": None,
    "extra": None,
    "warning_text": None,
}
CHART = {
    "slice_name": None,
    "viz_type": None,
    "description": None,
    "certified_by": None,
    "certification_details": None,
    "cache_timeout": None,
    "params": {},
    "query_context": None,
    **MANAGED,
}
DASHBOARD = {
    "dashboard_title": None,
    "slug": None,
    "description": None,
    "css": "",
    "published": True,
    "certified_by": None,
    "certification_details": None,
    **MANAGED,
}

AS_TEXT = frozenset({"params", "template_params", "extra", "query_context"})
"""Maps that Superset stores as text. `currency` and `folders` it stores as they are."""


def wanted(content: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as a file has them, defaults filled in; texts of JSON as data."""
    return {key: as_data(key, content.get(key, default)) for key, default in defaults.items()}


def stored(model: Any, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as Superset has them; texts of JSON as data."""
    return {key: as_data(key, getattr(model, key)) for key in defaults}


def as_data(key: str, value: Any) -> Any:
    """Return the value of a field in the form in which it is compared."""
    if key in AS_TEXT and isinstance(value, str):
        try:
            return json.loads(value) if value.strip() else None
        except ValueError:
            return value
    return value


def write(model: Any, fields: dict[str, Any]) -> None:
    """Set the fields of a model."""
    for key, value in fields.items():
        setattr(model, key, as_text(key, value))


def as_text(key: str, value: Any) -> Any:
    """Return the value of a field in the form in which Superset stores it."""
    if key in AS_TEXT and value is not None and not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    return value
