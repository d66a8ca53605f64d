"""Services, ports, selectors and policies fit what they are about."""

import pytest


def test_service_must_select_pods(demo):
    demo.spec("service/web")["selector"] = {"app.kubernetes.io/name": "absent"}
    found = demo.found()
    assert ("L120", "Service/web", "the selector selects no pods that stay up") in found


def test_service_before_a_job_selects_nothing_that_stays_up(demo):
    demo.add("Service", "extra", spec={"selector": {"app.kubernetes.io/name": "prepare"}})
    problem = "the selector selects no pods that stay up"
    assert demo.found() == [("L120", "Service/extra", problem)]


@pytest.mark.parametrize("target", ["https", 8443])
def test_container_must_listen_behind_a_service_port(demo, target):
    ports = [{"name": "https", "port": 443, "targetPort": target}]
    selector = {"app.kubernetes.io/name": "web"}
    demo.add("Service", "extra", spec={"selector": selector, "ports": ports})
    problem = f"port 443 leads to {target}, which deployment/web lacks"
    assert demo.found() == [("L121", "Service/extra", problem)]


def test_service_of_one_pod_of_a_stateful_set_is_found(demo):
    selector = {"statefulset.kubernetes.io/pod-name": "store-0"}
    demo.add("Service", "extra", spec={"selector": selector, "ports": [{"port": 5432}]})
    assert demo.found() == []


def test_probe_must_call_a_declared_port(demo):
    demo.container("deployment/web")["livenessProbe"] = {"httpGet": {"path": "/", "port": "admin"}}
    problem = "container web, livenessProbe calls port admin, which the container does not declare"
    assert demo.found() == [("L122", "Deployment/web", problem)]


def test_lifecycle_hook_must_call_a_declared_port(demo):
    hook = {"preStop": {"httpGet": {"path": "/", "port": 9}}}
    demo.container("deployment/web")["lifecycle"] = hook
    ((rule, _, problem),) = demo.found()
    assert rule == "L122"
    assert problem.startswith("container web, lifecycle preStop calls port 9,")


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        ({"name": "absent", "port": {"number": 80}}, "the Service absent, which nothing emits"),
        ({"name": "web", "port": {"number": 81}}, "port 81, which the Service web lacks"),
        ({"name": "web", "port": {"name": "no"}}, "port no, which the Service web lacks"),
    ],
)
def test_ingress_must_lead_to_a_service_port(demo, backend, problem):
    path = demo.spec("ingress/web")["rules"][0]["http"]["paths"][0]
    path["backend"] = {"service": backend}
    assert demo.found() == [("L123", "Ingress/web", f"leads to {problem}")]


def test_gateway_route_must_lead_to_a_service_port(demo):
    rules = [{"backendRefs": [{"name": "web", "port": 81}]}]
    demo.add("HTTPRoute", "extra", "gateway.networking.k8s.io/v1", spec={"rules": rules})
    problem = "leads to port 81, which the Service web lacks"
    assert demo.found() == [("L123", "HTTPRoute/extra", problem)]


def test_governing_service_must_exist(demo):
    demo.spec("statefulset/store")["serviceName"] = "absent"
    problem = "serviceName names the Service absent, which nothing emits"
    assert demo.found() == [("L124", "StatefulSet/store", problem)]


def test_stateful_set_needs_no_governing_service(demo):
    del demo.spec("statefulset/store")["serviceName"]
    assert demo.found() == []


def test_governing_service_of_several_pods_is_headless(demo):
    demo.spec("statefulset/store")["replicas"] = 3
    found = [finding for finding in demo.found() if finding[0] == "L124"]
    problem = "the Service store is not headless, so that its pods get no names"
    assert found == [("L124", "StatefulSet/store", problem)]
    demo.spec("service/store")["clusterIP"] = "None"
    assert "L124" not in {rule for rule, *_ in demo.found()}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"host": "absent"}, "promises the Service absent, which nothing emits"),
        ({"port": 5433}, "promises port 5433, which the Service store lacks"),
        (
            {"workload": "deployment/no"},
            "promises the workload deployment/no, which nothing emits",
        ),
    ],
)
def test_endpoint_must_be_what_is_emitted(demo, change, problem):
    demo.bundle.endpoints["demo/sql"] |= change
    assert ("L125", "Endpoint/demo/sql", problem) in demo.found()


def test_endpoint_may_be_one_pod_of_a_stateful_set(demo):
    demo.bundle.endpoints["demo/sql"]["host"] = "store-0.store"
    assert demo.found() == []


def test_endpoint_outside_the_cluster_is_not_looked_for(demo):
    endpoint = {"name": "out", "host": "db.example.org", "port": 1, "tls": True}
    demo.bundle.endpoints["demo/out"] = endpoint
    assert demo.found() == []


@pytest.mark.parametrize(
    ("need", "problem"),
    [
        ({"client": "deployment/no", "external": "a", "port": 1}, "no workload has this id"),
        (
            {"client": "deployment/web", "endpoint": "demo/no"},
            "needs the endpoint demo/no, which nothing offers",
        ),
    ],
)
def test_need_must_be_between_what_is_there(demo, need, problem):
    demo.bundle.needs.append({**need, "why": "asks"})
    assert demo.found() == [("L126", f"Need/{need['client']}", problem)]


def test_need_of_the_lms_has_no_workload_here(demo):
    demo.bundle.needs.append({"client": "lms", "endpoint": "demo/sql", "why": "asks"})
    assert demo.found() == []


def test_selector_must_match_its_own_pods(demo):
    labels = {"app.kubernetes.io/name": "other"}
    demo.spec("statefulset/store")["selector"] = {"matchLabels": labels}
    problem = "the selector does not match the labels of its own pods"
    assert demo.found() == [("L130", "StatefulSet/store", problem)]


def test_selector_must_catch_no_other_pods(demo):
    labels = {"app.kubernetes.io/part-of": "aspects"}
    demo.spec("statefulset/store")["selector"] = {"matchLabels": labels}
    problem = "the selector also catches the pods of cronjob/tidy, deployment/web, job/prepare"
    assert demo.found() == [("L130", "StatefulSet/store", problem)]


@pytest.mark.parametrize(
    ("operator", "values", "is_caught"),
    [
        ("In", ["web"], True),
        ("In", ["store"], False),
        ("NotIn", ["web", "tidy", "prepare"], False),
        ("Exists", None, True),
        ("DoesNotExist", None, False),
    ],
)
def test_expressions_select_as_kubernetes_does(demo, operator, values, is_caught):
    expression = {"key": "app.kubernetes.io/name", "operator": operator, "values": values}
    demo.spec("statefulset/store")["selector"] = {"matchExpressions": [expression]}
    caught = [problem for _, _, problem in demo.found() if "also catches" in problem]
    assert any("deployment/web" in problem for problem in caught) is is_caught


def test_budget_must_cover_one_workload(demo):
    selector = {"matchLabels": {"app.kubernetes.io/name": "absent"}}
    demo.add("PodDisruptionBudget", "extra", "policy/v1", spec={"selector": selector})
    problem = "the selector selects the pods of 0 workloads, where it must be one"
    assert demo.found() == [("L131", "PodDisruptionBudget/extra", problem)]


def test_autoscaler_must_have_a_target(demo):
    target = {"kind": "Deployment", "name": "absent"}
    spec = {"scaleTargetRef": target, "maxReplicas": 2}
    demo.add("HorizontalPodAutoscaler", "extra", "autoscaling/v2", spec=spec)
    problem = "scales Deployment/absent, which nothing emits"
    assert demo.found() == [("L132", "HorizontalPodAutoscaler/extra", problem)]


def test_service_monitor_must_find_its_port(demo):
    demo.spec("servicemonitor/web")["endpoints"][0]["port"] = "metrics"
    problem = "scrapes the port metrics, which nothing that it selects has"
    assert demo.found() == [("L133", "ServiceMonitor/web", problem)]


def test_pod_monitor_must_find_its_port(demo):
    selector = {"matchLabels": {"app.kubernetes.io/name": "web"}}
    spec = {"selector": selector, "podMetricsEndpoints": [{"port": "http"}, {"port": "no"}]}
    demo.add("PodMonitor", "extra", "monitoring.coreos.com/v1", spec=spec)
    problem = "scrapes the port no, which nothing that it selects has"
    assert demo.found() == [("L133", "PodMonitor/extra", problem)]


def test_spread_must_count_its_own_pods(demo):
    constraint = demo.pod("deployment/web")["topologySpreadConstraints"][0]
    constraint["labelSelector"] = {"matchLabels": {"app.kubernetes.io/name": "store"}}
    problem = "spread over kubernetes.io/hostname does not count its own pods"
    assert demo.found() == [("L134", "Deployment/web", problem)]


def policy(labels, ports=(), **peer):
    rule = {"from": [peer] if peer else [], "ports": list(ports)}
    selector = {"matchLabels": labels}
    return {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": [rule]}


def test_policy_must_select_pods(demo):
    spec = policy({"app.kubernetes.io/name": "absent"})
    demo.add("NetworkPolicy", "extra", "networking.k8s.io/v1", spec=spec)
    assert demo.found() == [("L135", "NetworkPolicy/extra", "podSelector selects no pods")]


def test_policy_must_allow_pods_that_are_there(demo):
    peer = {"podSelector": {"matchLabels": {"app": "absent"}}}
    spec = policy({"app.kubernetes.io/name": "web"}, **peer)
    demo.add("NetworkPolicy", "extra", "networking.k8s.io/v1", spec=spec)
    problem = "a rule allows pods with app=absent, and there are none"
    assert demo.found() == [("L135", "NetworkPolicy/extra", problem)]


def test_policy_may_allow_the_lms_and_other_namespaces(demo):
    demo.bundle.settings["network"]["lms"]["podLabels"] = {"app": "lms"}
    lms = {"podSelector": {"matchLabels": {"app": "lms"}}}
    other = {"podSelector": {"matchLabels": {"app": "x"}}, "namespaceSelector": {}}
    for number, peer in enumerate((lms, other)):
        spec = policy({"app.kubernetes.io/name": "web"}, **peer)
        demo.add("NetworkPolicy", f"extra-{number}", "networking.k8s.io/v1", spec=spec)
    assert demo.found() == []


def test_policy_must_open_the_pods_port(demo):
    spec = policy({"app.kubernetes.io/name": "web"}, [{"protocol": "TCP", "port": 80}])
    demo.add("NetworkPolicy", "extra", "networking.k8s.io/v1", spec=spec)
    problem = "opens port 80, on which the pods do not listen"
    assert demo.found() == [("L136", "NetworkPolicy/extra", problem)]


def test_policy_must_open_the_port_of_the_pods_it_leads_to(demo):
    peer = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "store"}}}
    outside = {"ipBlock": {"cidr": "0.0.0.0/0"}}
    rules = [
        {"to": [peer], "ports": [{"port": 5432}]},
        {"to": [peer], "ports": [{"port": 80}]},
        {"to": [outside], "ports": [{"port": 443}]},
    ]
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": rules}
    demo.add("NetworkPolicy", "extra", "networking.k8s.io/v1", spec=spec)
    problem = "opens port 80, on which the pods do not listen"
    assert demo.found() == [("L136", "NetworkPolicy/extra", problem)]
