"""Waves: foundation, Secrets, files, then everything after what it needs."""

import pytest

from aspects_gen.errors import ServiceError

DATABASE = {"name": "sql", "host": "db", "port": 1, "tls": False, "workload": "deployment/db"}


def edge(client, endpoint="toy/sql", **more):
    return {"client": client, "endpoint": endpoint, "why": f"{client} reads", **more}


def test_kinds_come_in_layers(compose, parts):
    output = parts.deploy("web", secrets=[{"name": "keys", "keys": {"key": {"about": "A key."}}}])
    output["objects"].append(parts.service_of("web"))
    values = "secrets: {provider: external-secrets, store: {name: vault}}\n"
    routes = [{"name": "web", "host": "a.org", "service": "web", "port": 80}]
    bundle = compose({**output, "routes": [{**routes[0], "workload": "deployment/web"}]}, values)
    assert [
        bundle.waves[name]
        for name in (
            "namespace/aspects",
            "networkpolicy/aspects-default-deny",
            "serviceaccount/aspects-toy",
            "externalsecret/keys",
            "service/web",
            "deployment/web",
            "ingress/web",
        )
    ] == [0, 0, 0, 1, 2, 3, 4]


def test_a_client_comes_after_what_it_connects_to(compose, parts):
    output = parts.deploy("db", "web", needs=[edge("deployment/web")])
    bundle = compose(output, offers=[DATABASE])
    assert (bundle.waves["deployment/db"], bundle.waves["deployment/web"]) == (3, 4)
    step = next(step for step in bundle.steps if step.id == "deployment/web")
    assert (step.after, step.why) == (("deployment/db",), "deployment/web reads")


def test_a_client_that_need_not_wait_does_not(compose, parts):
    output = parts.deploy("db", "web", needs=[edge("deployment/web", wait=False)])
    bundle = compose(output, offers=[DATABASE])
    assert bundle.waves["deployment/web"] == bundle.waves["deployment/db"] == 3


def test_a_client_waits_for_what_makes_an_endpoint_usable(compose, parts):
    ready = {**DATABASE, "wait": ["job/fill"]}
    output = parts.deploy("db", "web", needs=[edge("deployment/web")])
    bundle = compose({**output, "jobs": [parts.job("fill", ["deployment/db"])]}, offers=[ready])
    waves = [bundle.waves[name] for name in ("deployment/db", "job/fill", "deployment/web")]
    assert waves == [3, 4, 5]


def test_the_longest_chain_counts(compose, parts):
    order = [
        {"node": "deployment/c", "after": ["deployment/a", "deployment/b"], "why": "c is last"},
        {"node": "deployment/b", "after": ["deployment/a"], "why": "b follows"},
        {"node": "deployment/b", "after": ["deployment/absent"], "why": "void"},
    ]
    bundle = compose(parts.deploy("a", "b", "c", order=order))
    assert [bundle.waves[f"deployment/{name}"] for name in "abc"] == [3, 4, 5]


def test_a_circle_is_walked_in_the_message(compose, parts):
    order = [
        {"node": "deployment/a", "after": ["deployment/b"], "why": "x"},
        {"node": "deployment/b", "after": ["deployment/a"], "why": "y"},
    ]
    with pytest.raises(ServiceError) as caught:
        compose(parts.deploy("a", "b", order=order))
    assert str(caught.value) == (
        "the order of the deployment goes in a circle: deployment/a -> deployment/b -> deployment/a\n"
        "  = fix: remove one of these dependencies from the service that declares it"
    )


def test_a_volume_claim_comes_with_the_first_pod_that_mounts_it(compose, parts):
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}}
    claim["spec"] = {"accessModes": ["ReadWriteOnce"]}
    output = parts.deploy(
        "a", "b", order=[{"node": "deployment/b", "after": ["deployment/a"], "why": "x"}]
    )
    output["objects"].append(claim)
    for manifest in output["objects"][:2]:
        volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
        manifest["spec"]["template"]["spec"]["volumes"] = volumes
    assert compose(output).waves["persistentvolumeclaim/data"] == 3
