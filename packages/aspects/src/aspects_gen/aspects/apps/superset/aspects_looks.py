"""Colours of the dashboards that come with Aspects; superset_config.py calls `configure`."""

import sys

PALETTE = {
    "id": "aspects_default",
    "label": "Aspects",
    "description": "",
    "isDefault": False,
    "colors": ["#29A399", "#7B144D", "#F4661F", "#C9CB24", "#9F81CF", "#11406A"],
}
TOKENS = {
    "colorSuccessBg": "#ACE1C4",
    "colorWarningBg": "#FDE380",
    "colorErrorBg": "#EFA1AA",
}
"""Of Superset's theme: what good, middling and bad values of a table stand on."""


def configure(settings):
    """Add palette and colours to the settings; those of the operator's own modules stay."""
    settings.setdefault("EXTRA_CATEGORICAL_COLOR_SCHEMES", []).append(PALETTE)
    # Superset's own defaults, which are being read while this runs
    defaults = vars(sys.modules["superset.config"]) if "superset.config" in sys.modules else {}
    for name in ("THEME_DEFAULT", "THEME_DARK"):
        theme = settings.get(name) or defaults.get(name) or {}
        settings[name] = {**theme, "token": {**theme.get("token", {}), **TOKENS}}
