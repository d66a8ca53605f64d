"""An LMS as far as events go: real event tracking, routing, Celery and models; the platform is made up.

Run with the packages of requirements.lock: site.py FOLDER, where FOLDER holds the environment's lms/ files.
Commands come as JSON lines on standard input, answers leave the same way.
"""

import json
import logging
import os
import sys
import threading
import types
import uuid
from pathlib import Path

import django
from django.conf import global_settings, settings

FOLDER = Path(sys.argv[1])
LOG_LEVEL = os.environ.get("LOG_LEVEL", "WARNING")
COMMON = {
    "SECRET_KEY": "only-in-tests",
    "USE_TZ": True,
    "LMS_ROOT_URL": "https://learn.example.org",
    "FEATURES": {},
    "ENV_TOKENS": {},
    "EVENT_TRACKING_ENABLED": True,
    "EVENT_TRACKING_PROCESSORS": [],
    "EVENT_TRACKING_BACKENDS": {},
    "FERNET_KEYS": ["only-in-tests"],
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(FOLDER / "lms.sqlite"),
            "OPTIONS": {"timeout": 30},
        }
    },
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "config_models",
        "celery_utils",
        "eventtracking.django.apps.EventTrackingConfig",
        "event_routing_backends",
    ],
    "CELERY_BROKER_URL": "memory://",
    "LOGGING_CONFIG": None,
}


def make_settings():
    """Return the settings as production settings of the platform have them, then ours."""
    found = types.SimpleNamespace(**COMMON)
    sys.path.insert(0, str(FOLDER / "lms"))
    import aspects_settings
    from event_routing_backends.settings import common, production

    common.plugin_settings(found)
    production.plugin_settings(found)
    names = vars(found)
    names["CACHES"] = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": start_redis()}
    }
    aspects_settings.apply(names)
    return {name: value for name, value in names.items() if name.isupper()}


def start_redis():
    """Start a Redis on the loopback and return its address."""
    import socket

    from fakeredis import TcpFakeServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = TcpFakeServer(("127.0.0.1", port), server_type="redis")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"redis://127.0.0.1:{port}/0"


def make_up_platform():
    """Put in place the parts of the platform that transformers ask for names."""

    def module(name, **names):
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            made = sys.modules.setdefault(
                ".".join(parts[:count]), types.ModuleType(".".join(parts[:count]))
            )
            made.__path__ = []
        vars(sys.modules[name]).update(names)

    class Person:
        def __init__(self, name):
            self.username, self.email, self.id = name, f"{name}@example.org", 1

    class ExternalIdType:
        XAPI = "xapi"
        CALIPER = "caliper"
        LTI = "lti"

    class ExternalId:
        @staticmethod
        def add_new_user_id(user, kind):
            value = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{user.username}"))
            return types.SimpleNamespace(external_user_id=value), True

    module(
        "common.djangoapps.student.models",
        get_potentially_retired_user_by_username=Person,
    )
    module(
        "openedx.core.djangoapps.content.course_overviews.api",
        get_course_overviews=lambda keys: [{"display_name": "A Course of Ours"} for _ in keys],
    )
    module(
        "openedx.core.djangoapps.external_user_ids.models",
        ExternalId=ExternalId,
        ExternalIdType=ExternalIdType,
    )
    return Person


class Refused(logging.Handler):
    """Keeps what the sender gave up on."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(json.loads(record.getMessage()))


class Site:
    """The processes: web, which tracks, and a worker, which sends."""

    def __init__(self):
        person = make_up_platform()
        settings.configure(default_settings=global_settings, **make_settings())
        from celery import Celery

        self.app = Celery("lms", broker="memory://", backend="cache+memory://")
        self.app.conf.broker_transport_options = {"polling_interval": 0.02}
        self.app.set_default()
        self.app.set_current()
        django.setup()
        from django.core.management import call_command

        call_command("migrate", "--run-syncdb", verbosity=0)
        from event_routing_backends import helpers

        helpers.get_user = lambda name: person(str(name)) if name else None
        import event_routing_backends.processors.xapi.event_transformers  # noqa: F401
        from eventtracking.django.django_tracker import override_default_tracker

        override_default_tracker()
        # routes are looked up by "xapi" and stored as "xAPI": the same to MySQL, not to SQLite
        self.router().backend_name = "xAPI"
        self.refused = Refused()
        logging.getLogger("aspects_refused").addHandler(self.refused)
        self.keep_rows()
        self.start_worker()

    def keep_rows(self):
        """Run the init script's part for routes on the real model."""
        import aspects_init
        from event_routing_backends.models import RouterConfiguration

        rows = json.loads((FOLDER / "lms" / "rows.json").read_text())
        aspects_init.say = lambda text: print(text, file=sys.stderr)
        aspects_init.keep_routers(RouterConfiguration, rows["routers"])
        aspects_init.keep_routers(RouterConfiguration, rows["routers"])  # safe to repeat

    def start_worker(self):
        """Start a Celery worker in this process, and count what it has in hand."""
        from celery import signals
        from celery.contrib.testing.worker import start_worker

        self.published = self.ended = 0
        counting = threading.Lock()

        def count(name):
            def more(**_):
                with counting:
                    setattr(self, name, getattr(self, name) + 1)

            return more

        # a task that is to be tried again is published anew before it ends
        signals.before_task_publish.connect(count("published"), weak=False)
        signals.task_postrun.connect(count("ended"), weak=False)
        self.worker = start_worker(
            self.app,
            pool="threads",
            concurrency=2,
            perform_ping_check=False,
            loglevel=LOG_LEVEL,
        )
        self.worker.__enter__()

    def transform(self, event):
        """Return the statements that the router makes of an event, or why there are none."""
        from eventtracking.processors.exceptions import EventEmissionExit

        try:
            return {"statements": self.router().process_event(event)}
        except (EventEmissionExit, ValueError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def router(self):
        """Return the router of statements that the settings name."""
        from eventtracking.tracker import get_tracker

        return get_tracker().backends["event_transformer"].backends["xapi"]

    def track(self, event):
        """Take an event the way the platform's tracker does."""
        from eventtracking.tracker import get_tracker

        get_tracker().backends["event_transformer"].send(event)
        return {}

    def flush(self):
        """Send the batch that waits for more, as the next event would after the interval."""
        import time

        from django_redis import get_redis_connection

        router, redis = self.router(), get_redis_connection()
        deadline = time.monotonic() + 60
        while self.busy() and time.monotonic() < deadline:
            time.sleep(0.02)
        batch = redis.rpop(router.queue_name, 10_000) or []
        router.bulk_send([json.loads(event) for event in batch])
        return {"events": len(batch)}

    def dispatch(self, statements, size):
        """Put statements on Celery in batches, as the router does once they are made."""
        from event_routing_backends.models import RouterConfiguration
        from event_routing_backends.tasks import dispatch_bulk_events

        row = RouterConfiguration.get_enabled_routers("xAPI")[0]
        host = self.router().configure_host({}, row)
        for first in range(0, len(statements), size):
            batch = statements[first : first + size]
            dispatch_bulk_events.delay(batch, host["router_type"], host["host_configurations"])
        return {}

    def busy(self):
        """Return the tasks that are queued, running or waiting for their next try."""
        return self.published - self.ended

    def repair(self, words):
        """Run the script that sends again or counts; return its status and report."""
        import contextlib
        import io

        import aspects_replay

        said, status = io.StringIO(), 0
        with contextlib.redirect_stdout(said):
            try:
                aspects_replay.main(words)
            except SystemExit as end:
                status = end.code
        return {"status": status, "said": said.getvalue()}

    def settle(self, seconds):
        """Wait until no task is left; return how many are."""
        import time

        deadline = time.monotonic() + seconds
        quiet = 0
        while time.monotonic() < deadline and quiet < 5:
            quiet = 0 if self.busy() else quiet + 1
            time.sleep(0.02)
        return {"left": self.busy(), "refused": self.refused.lines}


def main():
    logging.basicConfig(level=LOG_LEVEL)
    """Answer commands until standard input ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    site = Site()
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        print(json.dumps(getattr(site, command)(*arguments)), file=out, flush=True)
    os._exit(0)  # the worker's threads end with the process


main()
