"""Any combination of valid choices gives a deployment that holds together, and the same one twice."""

from __future__ import annotations

import itertools
import shutil
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspects_gen.compose.pipeline import build_tree
from aspects_gen.environment import find_places
from aspects_gen.errors import ValuesError
from aspects_gen.generate import compose_place
from aspects_gen.lint.run import lint_bundle
from aspects_gen.services.registry import discover_services
from kubernetes.pod_security import violations
from kubernetes.strict import MINORS, errors_of

S3 = {"bucket": "backups", "endpoint": "https://objects.example.org"}
S3_BACKUP = {"kind": "s3", "s3": S3}

CHOICES: dict[str, list[dict[str, Any]]] = {
    "profile": [{"profile": "starter"}, {"profile": "production"}],
    "clickhouse": [
        {"clickhouse": {"backup": {"enabled": False}}},
        {"clickhouse": {"backup": {"enabled": True}}},
        {"clickhouse": {"topology": "replicated", "replicas": 3, "backup": S3_BACKUP}},
        {
            "clickhouse": {
                "topology": "external",
                "external": {"host": "ch.example.org"},
                "backup": {"enabled": False},
            }
        },
    ],
    "pipeline": [
        {"ralph": {"enabled": True}},
        {
            "ralph": {
                "publicHost": "lrs.example.org",
                "workers": 2,
                "server": {"resources": {"limits": {"memory": "2Gi"}}},
            }
        },
        {
            "ralph": {"enabled": False},
            "vector": {"enabled": True},
            "aspects": {"source": "vector"},
        },
        {"vector": {"enabled": True, "mode": "sidecar"}},
        {
            "vector": {
                "enabled": True,
                "archive": {"enabled": True, **S3},
                "store": {"trackingLogs": True},
            }
        },
    ],
    "superset": [
        {"superset": {"enabled": False}},
        {"superset": {"database": {"engine": "mysql"}}},
        {
            "superset": {
                "database": {"host": "db.example.org", "adminUser": "root"},
                "redis": {"host": "r.example.org"},
            }
        },
        {
            "superset": {
                "web": {"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 3}}
            }
        },
    ],
    "routes": [{"routes": {"kind": kind}} for kind in ("ingress", "gateway", "none")],
    "secrets": [{"secrets": {"provider": kind}} for kind in ("existing", "external-secrets")],
    "monitoring": [{"monitoring": {"enabled": value}} for value in (False, True)],
    "argocd": [
        {"argocd": {"delivery": kind}} for kind in ("application", "application-set", "none")
    ],
    "network": [
        {},
        {"network": {"lms": {"namespace": "openedx"}}},
        {"network": {"policies": False}},
    ],
    "namespace": [{}, {"kubernetes": {"manageNamespace": False}}],
    "availability": [
        {"availability": {"spread": kind}} for kind in ("none", "preferred", "required")
    ],
}


def lay(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = lay(merged[key], value) if both else value
    return merged


BASE = {"site": {"lmsHost": "learn.example.org"}, "kubernetes": {"storageClass": "ssd"}}


def values_of(choice: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    values = BASE
    for part in choice:
        values = lay(values, part)
    return values


def compose(tmp_path, values):
    folder = tmp_path / "environments"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "site.yaml").write_text(yaml.safe_dump(values))
    return compose_place(find_places(folder, tmp_path, ["site"])[0], discover_services())


def assert_holds(tmp_path, values):
    bundle = compose(tmp_path, values)
    tree = build_tree(bundle)
    errors = [f for f in lint_bundle(bundle, tree) if f.severity == "error"]
    assert errors == []
    for item in bundle.items:
        for minor in (MINORS[0], MINORS[-1]):
            assert errors_of(item.manifest, minor) == [], item.id
    for item in bundle.owners():
        excused = bundle.workloads[item.id].get("exception")
        template = item.manifest["spec"].get("jobTemplate", item.manifest)["spec"]["template"]
        assert excused or violations(template["spec"]) == [], item.id
    off = [name for name in ("ralph", "superset", "vector") if not values_at(bundle, name)]
    assert not any(path.startswith(f"{name}/") for path in tree for name in off)
    assert build_tree(compose(tmp_path, values)) == tree


def values_at(bundle, name: str) -> bool:
    return bool(bundle.settings[name]["enabled"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(choice=st.tuples(*(st.sampled_from(options) for options in CHOICES.values())))
def test_a_random_combination_holds_together(choice, tmp_path):
    try:
        assert_holds(tmp_path, values_of(choice))
    except ValuesError as error:
        codes = {finding.code for finding in error.findings}
    else:
        codes = set()
    # combinations that cannot work are refused with the remedy, never generated
    assert codes <= {"AG120"}


PAIRS = [
    (first, second)
    for one, other in itertools.combinations(("clickhouse", "pipeline", "superset"), 2)
    for first in CHOICES[one]
    for second in CHOICES[other]
]


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_every_pair_of_service_choices_holds_together(number, tmp_path):
    assert_holds(tmp_path, values_of(PAIRS[number]))
