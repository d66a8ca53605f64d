"""Superset's security manager with what every site needs: guests ask only what a dashboard asks."""

from __future__ import annotations

import logging
from typing import Any

from flask_babel import gettext
from guest_payload import LISTS, RESULTS, Shown, filter_columns, find_faults, shown_by_filter
from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager
from superset.utils import json

logger = logging.getLogger(__name__)

ASKED = [
    "columns",
    "metrics",
    "orderby",
    "filter",
    "extras",
    "series_columns",
    "series_limit_metric",
    "granularity",
    "annotation_layers",
    "result_type",
]
"""Attributes of Superset's query object that choose what is answered."""


class SiteSecurityManager(SupersetSecurityManager):
    """Superset's own manager; questions of guests are held against the dashboard they are about."""

    def raise_for_access(self, *places: Any, **what: Any) -> None:
        """Raise SupersetSecurityException unless the user may; see Superset's manager."""
        context = what.get("query_context")
        if self.is_guest_user() and (context is not None or what.get("viz") is not None):
            faults = ["way of asking"] if context is None else self.guest_faults(context)
            if faults:
                logger.warning("a guest's question was refused: %s", ", ".join(faults))
                raise SupersetSecurityException(
                    SupersetError(
                        error_type=SupersetErrorType.DASHBOARD_SECURITY_ACCESS_ERROR,
                        message=gettext("Guest user cannot modify chart payload"),
                        level=ErrorLevel.WARNING,
                    )
                )
        super().raise_for_access(*places, **what)

    def guest_faults(self, context: Any) -> list[str]:
        """Return what a guest's questions ask beyond the dashboard that they name."""
        form = context.form_data or {}
        dashboard = self.find_asset("Dashboard", form.get("dashboardId"))
        if dashboard is None:
            return ["dashboard"]
        filters = (json.loads(dashboard.json_metadata or "{}") or {}).get(
            "native_filter_configuration"
        ) or []
        filterable = filter_columns(filters)
        results = RESULTS
        if form.get("type") == "NATIVE_FILTER":
            named = [f for f in filters if f.get("id") == form.get("native_filter_id")]
            if not named:
                return ["filter"]
            shown, results = shown_by_filter(named[0]), (*RESULTS, *LISTS)
        else:
            chart = self.find_asset("Slice", form.get("slice_id"))
            if chart is None or chart not in dashboard.slices:
                return ["chart"]
            if chart.datasource != context.datasource:
                return ["dataset"]
            shown = shown_by(chart)
            for other in dashboard.slices:
                # a click on another chart filters this one by that chart's columns
                filterable |= shown_by(other).columns
        queries = [{key: getattr(query, key, None) for key in ASKED} for query in context.queries]
        # each question's own kind of answer goes before the one for all
        for query in queries:
            query["result_type"] = query["result_type"] or context.result_type
        return sorted(
            {f for query in queries for f in find_faults(query, shown, filterable, results)}
        )

    def find_asset(self, kind: str, number: Any) -> Any:
        """Return the dashboard or chart with an id, or None; a guest's own filters do not apply."""
        from superset.models.dashboard import Dashboard
        from superset.models.slice import Slice

        if not str(number or "").isdigit():
            return None
        return self.session.get({"Dashboard": Dashboard, "Slice": Slice}[kind], int(number))

    def course_keys(self, username: str) -> list[str]:  # noqa: ARG002
        """Return the courses that a person is staff of: none, where no LMS is asked."""
        return []


def shown_by(chart: Any) -> Shown:
    """Return what a saved chart shows."""
    context = json.loads(chart.query_context or "{}") or {}
    return Shown().add_chart(chart.params_dict or {}, context.get("queries") or [])
