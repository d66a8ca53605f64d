"""Rights at the Kubernetes API: bindings resolve, and nothing may more than it must."""

import pytest


def test_bound_role_must_exist(demo):
    demo.item("clusterrolebinding/aspects-tidy").manifest["roleRef"]["name"] = "absent"
    assert demo.found() == [
        (
            "L140",
            "ClusterRoleBinding/aspects-tidy",
            "roleRef names ClusterRole/absent, which nothing emits",
        ),
        ("L142", "ClusterRole/aspects-tidy", "no binding grants this role to anyone"),
    ]


@pytest.mark.parametrize("name", ["view", "system:auth-delegator"])
def test_built_in_role_may_be_bound(demo, name):
    demo.remove("clusterrole/aspects-tidy")
    demo.item("clusterrolebinding/aspects-tidy").manifest["roleRef"]["name"] = name
    assert demo.found() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "absent"}, "binds ServiceAccount/absent, which nothing emits"),
        ({"namespace": "other"}, "the subject tidy is in namespace other, not aspects"),
        ({"kind": "Group"}, "binds a Group, which is no part of this deployment"),
    ],
)
def test_subject_must_be_an_account_of_the_deployment(demo, change, problem):
    demo.item("clusterrolebinding/aspects-tidy").manifest["subjects"][0] |= change
    assert demo.found() == [("L141", "ClusterRoleBinding/aspects-tidy", problem)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verbs": ["*"]}, "grants the verb *"),
        ({"verbs": ["escalate"]}, "grants the verb escalate"),
        ({"apiGroups": ["*"]}, "grants every API group"),
        ({"resources": ["secrets"]}, "grants the resource secrets without naming objects"),
    ],
)
def test_role_must_be_narrow(demo, change, problem):
    demo.item("clusterrole/aspects-tidy").manifest["rules"][0] |= change
    assert demo.found() == [("L310", "ClusterRole/aspects-tidy", problem)]


def test_role_may_reach_a_named_secret(demo):
    change = {"resources": ["secrets"], "resourceNames": ["demo"]}
    demo.item("clusterrole/aspects-tidy").manifest["rules"][0] |= change
    assert demo.found() == []


def test_token_must_be_declared(demo):
    demo.bundle.workloads["cronjob/tidy"]["token"] = False
    problem = "mounts a token of the Kubernetes API that it has no need of"
    assert demo.found() == [("L309", "CronJob/tidy", problem)]
