"""The strict schemas refuse what a cluster would refuse or drop, and accept what is good."""

from __future__ import annotations

import copy
import json

import jsonschema_rs
import pytest

from kubernetes.examples import DEPLOYMENT, GOOD
from kubernetes.strict import CUSTOM, MINORS, custom_kinds, errors_of


def changed(obj, path, value):
    """Return a copy with the value at a path; the path's last part may be new."""
    found = copy.deepcopy(obj)
    *parents, last = path
    inner = found
    for part in parents:
        inner = inner[part]
    inner[last] = value
    return found


def spots(value, path=()):
    """Yield the paths of every map in an object."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from spots(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from spots(inner, (*path, number))


@pytest.mark.parametrize("minor", MINORS)
def test_good_builtin_object_is_accepted(minor):
    assert errors_of(DEPLOYMENT, minor) == []


@pytest.mark.parametrize("minor", MINORS)
def test_wrong_type_is_refused(minor):
    wrong = changed(DEPLOYMENT, ("spec", "replicas"), "2")
    (error,) = errors_of(wrong, minor)
    assert error.startswith("/spec/replicas: ")
    assert "integer" in error


@pytest.mark.parametrize("minor", MINORS)
def test_unknown_field_is_refused(minor):
    wrong = changed(DEPLOYMENT, ("spec", "template", "spec", "containers", 0, "readinesProbe"), {})
    (error,) = errors_of(wrong, minor)
    assert error.startswith("/spec/template/spec/containers/0: ")
    assert "readinesProbe" in error


@pytest.mark.parametrize("minor", MINORS)
def test_missing_field_is_refused(minor):
    wrong = {**DEPLOYMENT, "spec": {"template": DEPLOYMENT["spec"]["template"]}}
    (error,) = errors_of(wrong, minor)
    assert "selector" in error


@pytest.mark.parametrize("minor", MINORS)
def test_null_is_refused(minor):
    wrong = changed(DEPLOYMENT, ("metadata", "labels", "a"), None)
    assert errors_of(wrong, minor) == ["/metadata/labels/a: null"]


@pytest.mark.parametrize("minor", MINORS)
@pytest.mark.parametrize("kind", ["Deploymint", "", "Deployment"])
def test_unknown_kind_is_refused(minor, kind):
    wrong = {**DEPLOYMENT, "apiVersion": "apps/v1beta1", "kind": kind}
    (error,) = errors_of(wrong, minor)
    assert error == f"/: unknown kind apps/v1beta1 {kind} in Kubernetes {minor}"


@pytest.mark.parametrize("obj", [None, [], "x"])
def test_what_is_no_object_is_refused(obj):
    assert errors_of(obj, "1.37") == ["/: not an object"]


def test_every_error_is_reported():
    wrong = changed(changed(DEPLOYMENT, ("spec", "replicas"), "2"), ("spec", "x"), 1)
    assert len(errors_of(wrong, "1.34")) == 2


def test_minor_without_schemas_is_refused():
    with pytest.raises(ValueError, match=r"no strict schemas of Kubernetes 1\.99"):
        errors_of(DEPLOYMENT, "1.99")


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("v1", "Namespace"),
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("v1", "PersistentVolumeClaim"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("batch/v1", "CronJob"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ],
)
@pytest.mark.parametrize("minor", [MINORS[0], MINORS[-1]])
def test_kind_is_known_and_judged(api, kind, minor):
    errors = errors_of({"apiVersion": api, "kind": kind, "nonsense": 1}, minor)
    assert any("nonsense" in error for error in errors)


@pytest.mark.parametrize("path", sorted(CUSTOM.glob("*.json")), ids=lambda path: path.stem)
def test_custom_schema_is_valid_named_and_documented(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    names = schema["properties"]
    group, version = names["apiVersion"]["const"].split("/")
    assert path.stem == f"{group}_{names['kind']['const']}_{version}"
    assert f"{group}/{version}" in schema["$comment"]
    assert "https://" in schema["$comment"]


@pytest.mark.parametrize("path", sorted(CUSTOM.glob("*.json")), ids=lambda path: path.stem)
def test_custom_schema_closes_every_object(path):
    def walk(schema):
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                assert "additionalProperties" in schema
                if "properties" in schema:
                    assert schema["additionalProperties"] is False
            for inner in schema.values():
                walk(inner)
        elif isinstance(schema, list):
            for inner in schema:
                walk(inner)

    walk(json.loads(path.read_text(encoding="utf-8")))


def test_every_custom_kind_has_a_good_example():
    assert sorted(GOOD) == sorted(kind for _, kind in custom_kinds())


@pytest.mark.parametrize("kind", sorted(GOOD))
@pytest.mark.parametrize("minor", MINORS)
def test_good_custom_object_is_accepted(kind, minor):
    assert errors_of(GOOD[kind], minor) == []


# maps from names that are free to values that are texts
FREE = {"labels", "annotations", "matchLabels", "encryptedData"}


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_unknown_or_wrong_field_is_refused_in_every_map_of_a_custom_object(kind):
    for path in spots(GOOD[kind]):
        if path and path[-1] in FREE:
            assert errors_of(changed(GOOD[kind], (*path, "a"), 1), "1.37"), path
        else:
            errors = errors_of(changed(GOOD[kind], (*path, "bogus"), 1), "1.37")
            assert len(errors) == 1, path
            assert "bogus" in errors[0]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Application", ("spec", "syncPolicy", "syncOptions"), ["ServerSideApply"]),
        ("Application", ("spec", "syncPolicy", "syncOptions"), ["PruneLast=yes"]),
        ("Application", ("spec", "syncPolicy", "retry", "limit"), "3"),
        ("Application", ("spec", "syncPolicy", "retry", "backoff", "duration"), "30 s"),
        ("Application", ("spec", "destination", "server"), "in-cluster"),
        ("Application", ("metadata", "annotations"), {"a": 1}),
        ("Application", ("metadata", "name"), "Bad_Name"),
        ("AppProject", ("spec", "clusterResourceWhitelist"), [{"group": "*", "kind": "*"}]),
        ("AppProject", ("spec", "sourceRepos"), []),
        ("ApplicationSet", ("spec", "goTemplateOptions"), ["missingkey=fail"]),
        ("ApplicationSet", ("spec", "generators"), []),
        ("ExternalSecret", ("apiVersion",), "external-secrets.io/v1beta1"),
        ("ExternalSecret", ("spec", "refreshPolicy"), "Always"),
        ("ExternalSecret", ("spec", "refreshInterval"), 3600),
        ("ExternalSecret", ("spec", "secretStoreRef", "kind"), "Store"),
        ("ExternalSecret", ("spec", "data", 0, "secretKey"), "a b"),
        ("ExternalSecret", ("spec", "target", "deletionPolicy"), "Keep"),
        ("SealedSecret", ("spec", "encryptedData", "password"), "not base64!"),
        ("SealedSecret", ("spec", "encryptedData"), {}),
        ("ServiceMonitor", ("spec", "endpoints", 0, "interval"), 30),
        ("ServiceMonitor", ("spec", "endpoints", 0, "interval"), "30"),
        ("PodMonitor", ("spec", "podMetricsEndpoints", 0, "port"), 9598),
        ("PrometheusRule", ("spec", "groups", 0, "rules", 0, "for"), "soon"),
        ("PrometheusRule", ("spec", "groups", 0, "rules", 0, "labels", "severity"), 1),
        ("HTTPRoute", ("spec", "hostnames"), ["https://x"]),
        ("HTTPRoute", ("spec", "rules", 0, "matches", 0, "path", "type"), "Prefix"),
        ("HTTPRoute", ("spec", "rules", 0, "backendRefs", 0, "port"), "http"),
        ("ksops", ("files",), ["../x.yaml"]),
        ("Kustomization", ("configMapGenerator", 0, "options", "disableNameSuffixHash"), "true"),
        ("Kustomization", ("resources",), ["a.yaml", "a.yaml"]),
    ],
)
def test_wrong_value_of_a_custom_object_is_refused(kind, path, value):
    assert errors_of(changed(GOOD[kind], path, value), "1.37")
