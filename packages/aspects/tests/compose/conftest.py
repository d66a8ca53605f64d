"""A service of a test's own words, composed: `compose(emit, values, offers=...)` returns the bundle."""

import pytest

from aspects_gen.compose import pipeline
from aspects_gen.values.resolve import resolve_values

SITE = "site: {lmsHost: learn.example.org}\n"
KINDS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1"}


def workload(kind, name, **more):
    """Return a workload of one container of its own name, which listens on 8080 as `http`."""
    ports = [{"name": "http", "containerPort": 8080}]
    pod = {"containers": [{"name": name, "image": "a:1.0", "ports": ports}], **more}
    spec = {"template": {"spec": pod}}
    return {"apiVersion": KINDS[kind], "kind": kind, "metadata": {"name": name}, "spec": spec}


def service_of(name, port=80, target="http"):
    """Return a Service in front of a workload."""
    ports = [{"name": target, "port": port, "targetPort": target}]
    spec = {"selector": {"app.kubernetes.io/name": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def job(name, after=(), **more):
    """Return a Job's declaration."""
    return {
        "name": name,
        "about": f"does {name}",
        "pod": {"containers": [{"name": name, "image": "a:1.0"}], **more},
        "workload": {"uid": 1000},
        "after": list(after),
        "deadline_seconds": 60,
    }


def deploy(*names, **more):
    """Return an output of Deployments."""
    return {
        "objects": [workload("Deployment", name) for name in names],
        "workloads": {f"deployment/{name}": {"uid": 1000} for name in names},
        **more,
    }


@pytest.fixture
def parts():
    """The builders above, since tests of one folder do not import each other."""
    import types

    return types.SimpleNamespace(workload=workload, service_of=service_of, job=job, deploy=deploy)


@pytest.fixture
def compose(write_values, toy):
    """A function that composes what services emit.

    `output` is what the service `toy` emits; `values` are lines of the values file, which may say `site:` themselves;
    further services come by name.
    """

    def call(output, values="", offers=(), digests=None, **others):
        def emit_of(what):
            return lambda _values, _tools: what

        services = {
            "toy": toy("toy", emit=emit_of(output), offers=lambda _values, _site: list(offers)),
            **{name: toy(name, emit=emit_of(what)) for name, what in others.items()},
        }
        path = write_values(values if values.startswith("site:") else SITE + values)
        values = resolve_values(path, path.parent.parent, services)
        return pipeline.compose(values, services, (digests or {}).get)

    return call


@pytest.fixture
def find():
    """A function that returns the one object of a bundle by kind and name, or None."""

    def call(bundle, kind, name):
        found = [i.manifest for i in bundle.items if (i.kind, i.name) == (kind, name)]
        assert len(found) < 2
        return found[0] if found else None

    return call
