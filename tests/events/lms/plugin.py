"""Print what the real Django plugins' settings become with ours over them: plugin.py FOLDER-OF-LMS-FILES."""

import json
import sys
import types

import django.conf

django.conf.settings.configure()

from event_routing_backends.settings import common as routing  # noqa: E402
from platform_plugin_aspects import utils  # noqa: E402
from platform_plugin_aspects.settings import common, production  # noqa: E402

sys.path.insert(0, sys.argv[1])
import aspects_settings  # noqa: E402

LOCALES = sys.argv[2:]

settings = types.SimpleNamespace(
    LMS_ROOT_URL="https://learn.example.org",
    ENV_TOKENS={},
    FEATURES={},
    MAKO_TEMPLATE_DIRS_BASE=[],
    EVENT_TRACKING_BACKENDS={},
    INSTALLED_APPS=[],
)
for plugin in (routing, common, production):
    plugin.plugin_settings(settings)
before = dict(vars(settings))
aspects_settings.apply(vars(settings))
after = vars(settings)


def plain(found):
    """Return settings that are data."""
    return json.loads(
        json.dumps(found, default=lambda v: sorted(v) if isinstance(v, set) else str(v))
    )


dashboards = [
    *after["ASPECTS_INSTRUCTOR_DASHBOARDS"],
    *after["ASPECTS_IN_CONTEXT_DASHBOARDS"].values(),
]
localized = {
    dashboard["uuid"]: [utils.get_localized_uuid(dashboard["uuid"], locale) for locale in LOCALES]
    for dashboard in dashboards
}
print(json.dumps({"before": plain(before), "after": plain(after), "localized": localized}))
