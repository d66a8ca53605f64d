import importlib.util
import sys
import types
from copy import deepcopy
from pathlib import Path

import jinja2
import pytest

from aspects_gen import aspects
from aspects_gen.values.defaults import default_of, merge

PACKAGE = Path(aspects.__file__).parent


def secret(name, key="password"):
    return {"name": name, "key": key}


OTHERS = {
    "network": {"policies": True},
    "clickhouse": {
        "enabled": True,
        "topology": "single",
        "cluster": "aspects",
        "admin": {"user": "ch_admin", "passwordSecret": secret("clickhouse-admin")},
        "external": {
            "tls": True,
            "httpPort": 8443,
            "cluster": "",
            "caSecret": secret("", "ca.crt"),
        },
        "backup": {"enabled": True, "kind": "volume"},
    },
    "ralph": {
        "enabled": True,
        "clickhouse": {},
        "lms": {"username": "lms", "url": "", "passwordSecret": secret("ralph-lms")},
    },
    "vector": {"enabled": False, "clickhouse": {}},
    "superset": {
        "enabled": True,
        "host": "",
        "admin": {"username": "admin"},
        "lmsAccount": {"username": "lms", "passwordSecret": secret("superset-lms")},
        "secretKeySecret": secret("superset-keys", "secret-key"),
        "guestTokenSecret": secret("superset-keys", "guest-token"),
        "sso": {
            "enabled": True,
            "provider": "openedxsso",
            "clientId": "superset-sso",
            "lmsUser": "superset",
            "clientSecret": secret("superset-oauth", "client-secret"),
        },
        "database": {
            "engine": "mysql",
            "host": "db.example.org",
            "port": 0,
            "passwordSecret": secret("superset-database"),
            "adminUser": "",
            "reader": {
                "enabled": False,
                "user": "superset_reader",
                "passwordSecret": secret("superset-reader"),
            },
        },
        "redis": {
            "host": "redis.example.org",
            "port": 6379,
            "passwordSecret": secret("superset-redis"),
        },
        "embedding": {"enabled": True, "allowedDomains": []},
        "roles": {
            "admin": "Admin",
            "alpha": "Alpha",
            "operator": "Operator",
            "instructor": "Instructor",
            "student": "Student",
        },
        "email": {"enabled": False, "user": "", "passwordSecret": secret("superset-smtp")},
        "sentry": {"enabled": False, "dsnSecret": secret("superset-sentry", "dsn")},
    },
}
"""What this package reads of the other slices, and no more."""

ENDPOINTS = {
    name: {
        "name": name.partition("/")[2],
        "host": host,
        "port": port,
        "tls": False,
        "workload": f"deployment/{host}",
    }
    for name, host, port in (
        ("clickhouse/http", "clickhouse", 8123),
        ("clickhouse/ddl-http", "clickhouse-0", 8123),
        ("ralph/http", "ralph", 8100),
        ("superset/http", "superset", 8088),
    )
}


SITE = {
    "environment": "demo",
    "namespace": "aspects",
    "lms_host": "learn.example.org",
    "lms_url": "https://learn.example.org",
    "studio_url": "https://studio.learn.example.org",
    "scheme": "https",
}


class FakeTools:
    def __init__(self, endpoints):
        self.site = SITE
        self.endpoints = endpoints
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(PACKAGE),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )

    def render(self, template, **variables):
        return self._templates.get_template(template).render(**variables)

    def read(self, path):
        return (PACKAGE / path).read_text("utf-8")

    def secret(self, name, key):
        return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}

    def image(self, component):
        return f"registry.invalid/{component}:1.0"

    def endpoint(self, endpoint_id):
        return self.endpoints.get(endpoint_id)

    def cluster_name(self, name):
        return f"aspects-{name}"


@pytest.fixture
def tools():
    return FakeTools(dict(ENDPOINTS))


@pytest.fixture
def without(tools):
    """Take endpoints away, as when a service is disabled."""

    def remove(*names):
        return FakeTools({k: v for k, v in tools.endpoints.items() if k not in names})

    return remove


@pytest.fixture
def make_values():
    """Return complete values with an overlay laid on: the slice by its schema, the rest by hand."""
    schema = aspects.schema()
    root_path = PACKAGE.parent / "values" / "root.schema.json"
    import json

    schema["$defs"] = json.loads(root_path.read_text("utf-8"))["$defs"]

    def make(overlay=None, *, profile="starter"):
        base = {**deepcopy(OTHERS), "aspects": default_of(schema, schema, profile)}
        values = merge(base, overlay or {})
        filled, _ = aspects.opinions(values)
        return merge(merge(base, filled), overlay or {})

    return make


@pytest.fixture
def load_script(monkeypatch):
    """Load a script of a Job by its path in the package, with the modules it finds beside it."""

    def load(path, **modules):
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        location = PACKAGE / path
        spec = importlib.util.spec_from_file_location(location.stem, location)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def server_script(load_script, monkeypatch):
    """The connecting script over a driver that a test fills in."""
    driver = types.ModuleType("clickhouse_connect")
    driver.get_client = None
    script = load_script("jobs/init/clickhouse/server.py", clickhouse_connect=driver)
    monkeypatch.setattr(script, "PAUSE_SECONDS", 0)
    monkeypatch.setenv("CLICKHOUSE_HOST", "clickhouse")
    monkeypatch.setenv("CLICKHOUSE_PORT", "8123")
    return script
