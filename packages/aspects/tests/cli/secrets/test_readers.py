"""Who reads a key is found in manifests, settings and files."""

from aspects_gen.compose.bundle import Bundle
from aspects_gen.secretfiles.demand import EVERY_KEY, find_readers


def read_keys(pod=None, **output):
    """Return who reads what in a bundle of one Deployment and one output."""
    manifest = {
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": {"spec": {"containers": [], **(pod or {})}}},
    }
    bundle = Bundle(None, {"shop": output}, {})
    bundle.add("shop", manifest)
    return find_readers(bundle)


def test_readers_are_found_by_environment_and_volumes_of_every_kind():
    env = [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"fieldRef": {}}}]
    volumes = [
        {"name": "a", "secret": {"secretName": "part", "items": [{"key": "k", "path": "p"}]}},
        {"name": "b", "secret": {"secretName": "whole"}},
        {
            "name": "c",
            "projected": {
                "sources": [
                    {"secret": {"name": "mixed", "items": [{"key": "k", "path": "p"}]}},
                    {"configMap": {"name": "conf"}},
                ]
            },
        },
        {"name": "d", "emptyDir": {}},
    ]
    init = {"name": "i", "envFrom": [{"secretRef": {"name": "all"}}, {"configMapRef": {}}]}
    pod = {
        "initContainers": [init],
        "containers": [{"name": "x", "env": env}],
        "volumes": volumes,
    }

    assert read_keys(pod) == {
        ("all", EVERY_KEY): {"deployment/x"},
        ("part", "k"): {"deployment/x"},
        ("whole", EVERY_KEY): {"deployment/x"},
        ("mixed", "k"): {"deployment/x"},
    }


def test_the_lms_reads_what_its_settings_and_manifests_name():
    manifest = "spec:\n- valueFrom:\n    secretKeyRef: {name: a, key: b}\n"
    settings = {"users": [{"password": {"secretKeyRef": {"name": "c", "key": "d"}}}]}

    found = read_keys(lms=settings, lms_files={"patch.yaml": manifest, "x.py": "secretKeyRef ="})

    assert found == {("a", "b"): {"lms"}, ("c", "d"): {"lms"}}
