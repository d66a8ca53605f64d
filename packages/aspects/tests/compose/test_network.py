"""Network policies: exactly the declared edges, on the pods' own ports."""

import pytest

SERVER = {"name": "http", "host": "shop", "port": 80, "tls": False, "workload": "deployment/shop"}
ELSEWHERE = {"name": "bank", "host": "bank.example.org", "port": 443, "tls": True}


def pods(name):
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name}}}


def namespace(name):
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def tcp(port):
    return [{"protocol": "TCP", "port": port}]


@pytest.fixture
def policies(compose, parts):
    """Return a function: what is allowed, by workload, for a shop, a till and some needs."""

    def call(needs=(), values="", **more):
        output = parts.deploy("shop", "till", needs=list(needs), **more)
        output["objects"].append(parts.service_of("shop"))
        bundle = compose(output, values, offers=[SERVER, ELSEWHERE])
        return {i.name: i.manifest["spec"] for i in bundle.items if i.kind == "NetworkPolicy"}

    return call


def need(client, **more):
    return {"client": client, "why": "it must", **more}


def test_nothing_passes_but_name_look_ups(policies):
    found = policies()
    assert found.keys() == {"aspects-default-deny"}
    denial = found["aspects-default-deny"]
    assert denial["podSelector"] == {"matchLabels": {"app.kubernetes.io/part-of": "aspects"}}
    assert denial["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in denial
    assert denial["egress"] == [
        {
            "to": [namespace("kube-system")],
            "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
        }
    ]


def test_names_are_looked_up_where_the_values_say(policies):
    found = policies(values="network: {dnsNamespace: dns}\n")
    assert found["aspects-default-deny"]["egress"][0]["to"] == [namespace("dns")]


def test_an_edge_opens_both_ends_on_the_container_s_port(policies):
    found = policies([need("deployment/till", endpoint="toy/http")])
    assert found["shop"] == {
        **pods("shop"),
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [pods("till")], "ports": tcp(8080)}],
    }
    assert found["till"] == {
        **pods("till"),
        "policyTypes": ["Egress"],
        "egress": [{"to": [pods("shop")], "ports": tcp(8080)}],
    }


def test_an_edge_that_is_declared_twice_is_opened_once(policies):
    edge = need("deployment/till", endpoint="toy/http")
    assert len(policies([edge, {**edge, "why": "again"}])["shop"]["ingress"]) == 1


@pytest.mark.parametrize(
    "edge", [{"endpoint": "toy/bank"}, {"external": "bank.example.org", "port": 443}]
)
def test_what_runs_outside_is_reached_in_the_allowed_ranges_on_its_port_only(policies, edge):
    ranges = "network: {externalCidrs: [192.0.2.0/24, 2001:db8::/32]}\n"
    found = policies([need("deployment/till", **edge)], ranges)
    blocks = [{"ipBlock": {"cidr": cidr}} for cidr in ("192.0.2.0/24", "2001:db8::/32")]
    assert found.keys() == {"aspects-default-deny", "till"}
    assert found["till"]["egress"] == [{"to": blocks, "ports": tcp(443)}]


@pytest.mark.parametrize(
    ("lms", "peer"),
    [
        ("{namespace: openedx}", namespace("openedx")),
        ("{podLabels: {app: lms}}", {"podSelector": {"matchLabels": {"app": "lms"}}}),
        (
            "{namespace: openedx, podLabels: {app: lms}}",
            {**namespace("openedx"), "podSelector": {"matchLabels": {"app": "lms"}}},
        ),
    ],
)
def test_the_lms_comes_in_where_the_values_say_it_is(policies, lms, peer):
    found = policies([need("lms", endpoint="toy/http")], f"network: {{lms: {lms}}}\n")
    assert found["shop"]["ingress"] == [{"from": [peer], "ports": tcp(8080)}]


def test_an_lms_of_unknown_place_opens_nothing(policies):
    found = policies([need("lms", endpoint="toy/http"), need("lms", endpoint="toy/bank")])
    assert not any("ingress" in spec for spec in found.values())


ROUTE = {
    "name": "shop",
    "host": "shop.example.org",
    "service": "shop",
    "port": 80,
    "workload": "deployment/shop",
}


@pytest.mark.parametrize(
    ("values", "controller"),
    [
        ("network: {ingressNamespace: traefik}\n", "traefik"),
        ("routes: {kind: gateway, gateway: {name: public, namespace: gateways}}\n", "gateways"),
    ],
)
def test_a_public_address_lets_its_controller_in(policies, values, controller):
    found = policies(values=values, routes=[ROUTE])
    assert found["shop"]["ingress"] == [{"from": [namespace(controller)], "ports": tcp(8080)}]


def test_no_public_address_lets_nobody_in(policies):
    assert "shop" not in policies(values="routes: {kind: none}\n", routes=[ROUTE])


def test_prometheus_reaches_the_named_port_only_while_monitoring(policies):
    metrics = [{"workload": "deployment/till", "port": "http", "path": "/metrics"}]
    assert "till" not in policies(metrics=metrics)
    found = policies(
        values="monitoring: {enabled: true}\nnetwork: {monitoringNamespace: prom}\n",
        metrics=metrics,
    )
    assert found["till"]["ingress"] == [{"from": [namespace("prom")], "ports": tcp(8080)}]


def test_a_port_that_the_workload_lacks_is_a_defect_of_the_service(policies):
    metrics = [{"workload": "deployment/till", "port": "metrics", "path": "/"}]
    with pytest.raises(ValueError, match="deployment/till has no container port named metrics"):
        policies(values="monitoring: {enabled: true}\n", metrics=metrics)


def test_policies_can_be_left_to_someone_else(policies):
    edge = need("deployment/till", endpoint="toy/http")
    assert policies([edge], "network: {policies: false}\n") == {}


def test_where_nothing_runs_nothing_is_denied(compose):
    assert [item.id for item in compose({}).items] == ["namespace/aspects"]
