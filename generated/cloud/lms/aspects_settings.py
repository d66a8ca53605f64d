"""Wire an LMS or Studio to Aspects. Rendered by lms_files.py from the values of aspects.lms.

At the end of your own settings module, for LMS and Studio alike:

    import aspects_settings
    aspects_settings.apply(globals())

Passwords come from environment variables: ASPECTS_CLICKHOUSE_PASSWORD, ASPECTS_SUPERSET_PASSWORD.
"""

import os

SETTINGS = {
    "XAPI_EVENTS_ENABLED": True,
    "XAPI_EVENT_LOGGING_ENABLED": False,
    "XAPI_AGENT_IFI_TYPE": "external_id",
    "EVENT_ROUTING_BACKEND_BATCHING_ENABLED": True,
    "EVENT_ROUTING_BACKEND_BATCH_SIZE": 100,
    "EVENT_ROUTING_BACKEND_BATCH_INTERVAL": 5,
    "EVENT_ROUTING_BACKEND_MAX_RETRIES": 240,
    "EVENT_ROUTING_BACKEND_COUNTDOWN": 60,
    "EVENT_SINK_CLICKHOUSE_PII_MODELS": ["user_profile", "external_id", "course_enrollment"],
    "EVENT_SINK_CLICKHOUSE_COURSE_OVERVIEWS_ENABLED": True,
    "EVENT_SINK_CLICKHOUSE_TAG_ENABLED": True,
    "EVENT_SINK_CLICKHOUSE_TAXONOMY_ENABLED": True,
    "EVENT_SINK_CLICKHOUSE_OBJECT_TAG_ENABLED": True,
    "EVENT_SINK_CLICKHOUSE_COURSE_ENROLLMENT_ENABLED": True,
    "EVENT_SINK_CLICKHOUSE_AUTH_USER_ENABLED": True,
    "ASPECTS_INSTRUCTOR_DASHBOARDS": [
        {
            "name": "Course Dashboard",
            "slug": "course-dashboard",
            "uuid": "c0e64194-33d1-4d5a-8c10-4f51530c5ee9",
            "allow_translations": True,
        },
        {
            "name": "At-Risk Learners",
            "slug": "learner-groups",
            "uuid": "8661d20c-cee6-4245-9fcc-610daea5fd24",
            "allow_translations": True,
        },
    ],
    "SUPERSET_DASHBOARD_LOCALES": ["en"],
    "SUPERSET_SHOW_INSTRUCTOR_DASHBOARD_LINK": True,
    "ASPECTS_ENABLE_STUDIO_IN_CONTEXT_METRICS": False,
}

WITH_PASSWORD = {
    "EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG": {
        "url": "https://abc123.eu-central-1.clickhouse.example.net:8443",
        "username": "ch_cms",
        "password_variable": "ASPECTS_CLICKHOUSE_PASSWORD",
        "database": "event_sink",
        "xapi_database": "xapi",
        "xapi_table": "xapi_events_all",
        "timeout_secs": 5,
    },
    "SUPERSET_CONFIG": {
        "service_url": "https://superset.academy.example.net/",
        "internal_service_url": "http://superset.aspects-cloud.svc:8088/",
        "username": "lms",
        "password_variable": "ASPECTS_SUPERSET_PASSWORD",
    },
}

FILTERS = {
    "org.openedx.learning.instructor.dashboard.render.started.v1": "platform_plugin_aspects.extensions.filters.AddSupersetTab",
    "org.openedx.learning.instructor.dashboard.tabs.requested.v1": "platform_plugin_aspects.extensions.filters.AddSupersetTabToInstructorDashboard",
}

EVENT_BUS_TOPIC = ""
"""Topic that tracking events are put on; empty: they go through Celery."""


def apply(settings):
    """Set everything in a settings namespace, such as globals() of a settings module."""
    settings.update(SETTINGS)
    for name, fields in WITH_PASSWORD.items():
        settings[name] = with_password(fields)
    add_filters(settings)
    use_routers(settings)
    if EVENT_BUS_TOPIC:
        use_event_bus(settings)


def with_password(fields):
    """Return a setting's fields with the password from its environment variable."""
    known = dict(fields)
    variable = known.pop("password_variable")
    # without it the process starts, and what needs the password fails where it is logged
    known["password"] = os.environ.get(variable, "")
    return known


def add_filters(settings):
    """Add the steps of the filter pipelines; steps that are there already stay."""
    pipelines = settings.setdefault("OPEN_EDX_FILTERS_CONFIG", {})
    for name, step in FILTERS.items():
        pipeline = pipelines.setdefault(name, {"fail_silently": False, "pipeline": []})
        if step not in pipeline["pipeline"]:
            pipeline["pipeline"].append(step)


def transformer(settings):
    """Return the tracking backend that event-routing-backends brings."""
    try:
        return settings["EVENT_TRACKING_BACKENDS"]["event_transformer"]
    except KeyError:
        raise RuntimeError(
            "aspects_settings.apply must stand after the settings of the platform's plugins, which set "
            "EVENT_TRACKING_BACKENDS: import the platform's production settings first, and install "
            "edx-event-routing-backends"
        ) from None


def use_routers(settings):
    """Send statements by aspects_sender, which loses none in an outage."""
    transformer(settings)["OPTIONS"]["backends"]["xapi"]["ENGINE"] = "aspects_sender.AsyncRouter"


def use_event_bus(settings):
    """Put tracking events on the event bus; a consumer turns them into statements."""
    backend = transformer(settings)
    backend["ENGINE"] = "eventtracking.backends.event_bus.EventBusRoutingBackend"
    backend["OPTIONS"].pop("backend_name", None)
    routers = {
        "xapi": "aspects_sender.SyncRouter",
        "caliper": "event_routing_backends.backends.sync_events_router.SyncEventsRouter",
    }
    for name, router in routers.items():
        backend["OPTIONS"]["backends"][name]["ENGINE"] = router
    if "openedx_events" not in settings["INSTALLED_APPS"]:
        settings["INSTALLED_APPS"] = [*settings["INSTALLED_APPS"], "openedx_events"]
    settings["SEND_TRACKING_EVENT_EMITTED_SIGNAL"] = True
    producer = settings.setdefault("EVENT_BUS_PRODUCER_CONFIG", {})
    producer["org.openedx.analytics.tracking.event.emitted.v1"] = {
        EVENT_BUS_TOPIC: {"event_key_field": "tracking_log.name", "enabled": True},
    }
