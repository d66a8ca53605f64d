"""A small deployment that the lint has nothing against, and ways to break it."""

from typing import Any

import pytest

from aspects_gen.compose.bundle import Bundle, Item, pod_template
from aspects_gen.compose.pipeline import build_tree, compose
from aspects_gen.lint.run import lint_bundle
from aspects_gen.values.resolve import resolve_values

VALUES = """
site:
  lmsHost: learn.example.org
images:
  registry: registry.example.org/demo
monitoring:
  enabled: true
"""
RESOURCES = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}
SCHEMA = {
    "type": "object",
    "description": "A demonstration.",
    "additionalProperties": False,
    "properties": {
        "enabled": {"type": "boolean", "description": "Whether it runs.", "default": True},
        "web": {
            "$ref": "#/$defs/workload",
            "description": "The web server.",
            "default": {
                "resources": RESOURCES,
                "autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 4},
            },
        },
        "store": {
            "$ref": "#/$defs/workload",
            "description": "The store.",
            "default": {"replicas": 1, "resources": RESOURCES},
        },
        "ca": {
            "type": "object",
            "description": "An authority.",
            "additionalProperties": False,
            "default": {},
            "properties": {"configMap": {"type": "string", "description": "It.", "default": ""}},
        },
    },
}


def _container(name: str, tools: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": tools.image("demo"), **more}


def _probe(port: str) -> dict[str, Any]:
    return {"httpGet": {"path": "/", "port": port}}


def _web(tools: Any) -> dict[str, Any]:
    container = _container(
        "web",
        tools,
        ports=[{"name": "http", "containerPort": 8080}],
        env=[{"name": "PASSWORD", **tools.secret("demo", "password")}],
        readinessProbe=_probe("http"),
        livenessProbe=_probe("http"),
        volumeMounts=[{"name": "config", "mountPath": "/etc/web"}],
    )
    volumes = [{"name": "config", "configMap": {"name": "web-config"}}]
    pod = {"containers": [container], "volumes": volumes}
    return _object("Deployment", "web", {"template": {"spec": pod}}, api="apps/v1")


def _store(tools: Any) -> dict[str, Any]:
    container = _container(
        "store",
        tools,
        ports=[{"name": "sql", "containerPort": 5432}],
        readinessProbe={"tcpSocket": {"port": "sql"}},
        livenessProbe={"tcpSocket": {"port": 5432}},
        volumeMounts=[{"name": "data", "mountPath": "/data"}],
    )
    modes = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claims = [{"metadata": {"name": "data"}, "spec": modes}]
    template = {"spec": {"containers": [container]}}
    spec = {"serviceName": "store", "volumeClaimTemplates": claims, "template": template}
    return _object("StatefulSet", "store", spec, api="apps/v1")


def _tidy(tools: Any) -> dict[str, Any]:
    container = _container("tidy", tools, resources=RESOURCES)
    pod = {
        "containers": [container],
        "restartPolicy": "Never",
        "serviceAccountName": "tidy",
        "automountServiceAccountToken": True,
    }
    job = {"backoffLimit": 1, "activeDeadlineSeconds": 60, "template": {"spec": pod}}
    return _object("CronJob", "tidy", {"jobTemplate": {"spec": job}}, api="batch/v1")


def _object(kind: str, name: str, spec: dict[str, Any], api: str = "v1") -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _service(name: str, port: int, target: str) -> dict[str, Any]:
    ports = [{"name": target, "port": port, "targetPort": target}]
    return _object("Service", name, {"selector": {"app.kubernetes.io/name": name}, "ports": ports})


def _rights(tools: Any) -> list[dict[str, Any]]:
    group, name = "rbac.authorization.k8s.io", tools.cluster_name("tidy")
    subject = {"kind": "ServiceAccount", "name": "tidy", "namespace": tools.site["namespace"]}
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
    reference = {"apiGroup": group, "kind": "ClusterRole", "name": name}
    role, binding = (
        {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name}}
        for kind in ("ClusterRole", "ClusterRoleBinding")
    )
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "tidy"}},
        {**role, "rules": rules},
        {**binding, "roleRef": reference, "subjects": [subject]},
    ]


def _emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    job_pod = {"containers": [_container("prepare", tools, resources=RESOURCES)]}
    return {
        "objects": [
            _web(tools),
            _service("web", 80, "http"),
            _store(tools),
            _service("store", 5432, "sql"),
            _tidy(tools),
            *_rights(tools),
        ],
        "files": {"web-config": {"web.conf": "listen 8080\n"}},
        "workloads": {
            "deployment/web": {"uid": 1000, "tuning": values["web"], "stateless": True},
            "statefulset/store": {"uid": 1000, "tuning": values["store"], "writable": ["/tmp"]},
            "cronjob/tidy": {"uid": 1000, "token": True},
        },
        "jobs": [
            {
                "name": "prepare",
                "about": "makes the tables",
                "pod": job_pod,
                "workload": {"uid": 1000},
                "after": ["statefulset/store"],
                "deadline_seconds": 60,
            }
        ],
        "secrets": [{"name": "demo", "keys": {"password": {"about": "of the store"}}}],
        "needs": [{"client": "deployment/web", "endpoint": "demo/sql", "why": "reads rows"}],
        "order": [{"node": "deployment/web", "after": ["job/prepare"], "why": "needs tables"}],
        "routes": [
            {
                "name": "web",
                "host": "web.example.org",
                "service": "web",
                "port": 80,
                "workload": "deployment/web",
            }
        ],
        "metrics": [{"workload": "deployment/web", "port": "http", "path": "/metrics"}],
    }


def _offers(values: dict[str, Any], _site: Any) -> list[dict[str, Any]]:
    workload = "statefulset/store"
    return [{"name": "sql", "host": "store", "port": 5432, "tls": False, "workload": workload}]


@pytest.fixture
def compose_demo(toy, write_values):
    """Return a function: the demonstration composed, with more values below its own."""

    def build(values: str = VALUES, **services: Any) -> Bundle:
        demo = toy("demo", schema=lambda: SCHEMA, offers=_offers, emit=_emit)
        path = write_values(values)
        known = {"demo": demo, **services}
        resolved = resolve_values(path, path.parent, known)
        return compose(resolved, known, lambda _origin: f"sha256:{'0' * 64}")

    return build


@pytest.fixture
def bundle(compose_demo):
    """The demonstration composed; the lint has nothing against it."""
    return compose_demo()


class Broken:
    """A bundle that tests change and then judge."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.extra: dict[str, str] = {}
        """Files of the output that no object is behind."""

    def item(self, item_id: str) -> Item:
        """Return an object by kind/name in lower case."""
        return next(item for item in self.bundle.items if item.id == item_id)

    def spec(self, item_id: str) -> dict[str, Any]:
        """Return an object's spec."""
        return self.item(item_id).manifest["spec"]

    def metadata(self, item_id: str) -> dict[str, Any]:
        """Return an object's metadata."""
        return self.item(item_id).manifest["metadata"]

    def pod(self, item_id: str) -> dict[str, Any]:
        """Return a workload's pod spec."""
        return pod_template(self.item(item_id).manifest)["spec"]

    def container(self, item_id: str) -> dict[str, Any]:
        """Return a workload's first container."""
        return self.pod(item_id)["containers"][0]

    def remove(self, item_id: str) -> None:
        """Take an object out."""
        self.bundle.items.remove(self.item(item_id))

    def add(self, kind: str, name: str, api: str = "v1", **body: Any) -> dict[str, Any]:
        """Add an object as composition would leave it, and return it."""
        namespace = self.bundle.settings["kubernetes"]["namespace"]
        labels = {f"app.kubernetes.io/{key}": "demo" for key in ("name", "component", "part-of")}
        metadata = {"name": name, "namespace": namespace, "labels": labels}
        manifest = {"apiVersion": api, "kind": kind, "metadata": metadata, **body}
        self.bundle.add("demo", manifest)
        self.bundle.waves.setdefault(f"{kind.lower()}/{name}", 0)
        return manifest

    def findings(self) -> list[Any]:
        """Return what the lint finds."""
        tree = build_tree(self.bundle)
        return lint_bundle(self.bundle, {**tree, **self.extra})

    def found(self) -> list[tuple[str, str, str]]:
        """Return rule, object and problem of what the lint finds."""
        return [(f.rule, f.object, f.problem) for f in self.findings()]


@pytest.fixture
def demo(bundle):
    """The demonstration, to be broken."""
    return Broken(bundle)


@pytest.fixture
def broken():
    """Return a function: a bundle, to be broken."""
    return Broken
