"""Gathering outputs, pinned images, public addresses, monitors and encrypted Secrets."""

import pytest

from aspects_gen.compose.secrets import encrypted_files
from aspects_gen.compose.tools import name_images
from aspects_gen.errors import ValuesError

DIGEST = "sha256:" + "a" * 64


def test_two_workloads_of_one_name_are_refused(compose, parts):
    output = parts.deploy("web")
    output["objects"].append(parts.workload("StatefulSet", "web"))
    output["workloads"]["statefulset/web"] = {"uid": 1000}
    with pytest.raises(ValueError, match="deployment/web and statefulset/web share a name"):
        compose(output)


def test_a_workload_that_is_not_declared_is_refused(compose, parts):
    with pytest.raises(ValueError, match="deployment/web is emitted without an entry"):
        compose({**parts.deploy("web"), "workloads": {}})


def test_two_services_that_emit_one_configmap_are_refused(compose, parts):
    files = {"files": {"config": {"a": "b\n"}}}
    with pytest.raises(ValueError, match="two services emit the ConfigMap config"):
        compose(parts.deploy("web", **files), other=files)


def test_a_secret_that_two_services_read_is_declared_once_with_the_keys_of_both(compose, parts):
    def secret(key):
        return {"secrets": [{"name": "keys", "keys": {key: {"about": f"Key {key}."}}}]}

    bundle = compose(parts.deploy("web", **secret("a")), other=secret("b"))
    assert list(bundle.secrets["keys"]["keys"]) == ["a", "b"]
    assert bundle.readers["keys"] == {"toy", "other"}


IMAGES = {
    "web": {"repository": "docker.io/example/web", "tag": "1.2"},
    "own": {"repository": "aspects", "tag": "3.4", "own": True},
}


@pytest.mark.parametrize(
    ("settings", "web", "own"),
    [
        ({}, "docker.io/example/web:1.2", "r.example.org/x/aspects:3.4"),
        ({"mirror": "m.org"}, "m.org/docker.io/example/web:1.2", "r.example.org/x/aspects:3.4"),
        (
            {"overrides": {"web": {"tag": "9"}, "own": {"repository": "q.org/own"}}},
            "docker.io/example/web:9",
            "q.org/own:3.4",
        ),
    ],
)
def test_a_reference_follows_registry_mirror_and_overrides(settings, web, own):
    whole = {"registry": "r.example.org/x", "mirror": "", "overrides": {}, **settings}
    assert name_images(IMAGES, whole, {}.get) == {"web": web, "own": own}


def test_a_digest_is_looked_up_by_the_name_at_the_origin(compose):
    settings = {"registry": "r.example.org/x", "mirror": "m.org", "overrides": {}}
    found = name_images(IMAGES, settings, {"docker.io/example/web:1.2": DIGEST}.get)
    assert found["web"] == f"m.org/docker.io/example/web:1.2@{DIGEST}"


ROUTE = {"name": "web", "host": "a.example.org", "service": "web", "port": 80}


@pytest.fixture
def routed(compose, parts, find):
    def call(kind, values):
        output = parts.deploy("web", routes=[{**ROUTE, "workload": "deployment/web"}])
        output["objects"].append(parts.service_of("web"))
        return find(compose(output, values), kind, "web")

    return call


def test_an_ingress_serves_the_host_with_its_certificate(routed):
    values = "routes: {ingressClass: nginx, tlsSecret: wild, annotations: {a: b}}\n"
    manifest = routed("Ingress", values)
    assert manifest["spec"]["ingressClassName"] == "nginx"
    assert manifest["spec"]["tls"] == [{"hosts": ["a.example.org"], "secretName": "wild"}]
    (rule,) = manifest["spec"]["rules"]
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    assert (rule["host"], rule["http"]["paths"][0]["backend"]) == ("a.example.org", backend)
    assert manifest["metadata"]["annotations"]["a"] == "b"


def test_a_certificate_without_a_name_is_the_host_s(routed):
    assert routed("Ingress", "")["spec"]["tls"][0]["secretName"] == "a.example.org-tls"


def test_a_site_without_https_has_no_certificate(routed):
    spec = routed("Ingress", "site: {lmsHost: learn.example.org, https: false}\n")["spec"]
    assert "tls" not in spec
    assert "ingressClassName" not in spec


def test_a_gateway_route_hangs_on_its_section(routed):
    values = "routes: {kind: gateway, gateway: {name: public, namespace: gw, section: https}}\n"
    spec = routed("HTTPRoute", values)["spec"]
    assert spec["parentRefs"] == [{"name": "public", "namespace": "gw", "sectionName": "https"}]
    assert spec["hostnames"] == ["a.example.org"]
    assert spec["rules"][0]["backendRefs"] == [{"name": "web", "port": 80}]


def test_monitors_go_through_the_service_that_has_the_port_and_else_to_the_pods(
    compose, parts, find
):
    metrics = [
        {"workload": f"deployment/{name}", "port": "http", "path": "/m"}
        for name in ("web", "idle")
    ]
    alert = {
        **{"name": "WebDown", "expr": "up == 0", "for_": "5m"},
        **{"severity": "critical", "summary": "Web is down."},
    }
    output = parts.deploy("web", "idle", metrics=metrics, alerts=[alert])
    output["objects"].append(parts.service_of("web"))
    assert not any(
        item.kind in ("ServiceMonitor", "PodMonitor", "PrometheusRule")
        for item in compose(output).items
    )
    values = "monitoring: {enabled: true, intervalSeconds: 7, labels: {release: p}, runbookUrl: https://r.org/x/}\n"
    bundle = compose(output, values)
    scrape = {"port": "http", "path": "/m", "interval": "7s"}
    assert find(bundle, "ServiceMonitor", "web")["spec"]["endpoints"] == [scrape]
    assert find(bundle, "PodMonitor", "idle")["spec"]["podMetricsEndpoints"] == [scrape]
    rule = find(bundle, "PrometheusRule", "aspects-toy")
    assert rule["metadata"]["labels"]["release"] == "p"
    (written,) = rule["spec"]["groups"][0]["rules"]
    assert written["annotations"]["runbook_url"] == "https://r.org/x/WebDown.md"
    assert (written["alert"], written["for"], written["labels"]["severity"]) == (
        *("WebDown", "5m", "critical"),
    )


SEALED = "kind: SealedSecret\nmetadata: {name: keys}\nspec: {encryptedData: {key: AgB}}\n"
SOPS = "kind: Secret\nmetadata: {name: keys, namespace: aspects}\nstringData: {key: 'ENC[x]'}\nsops: {}\n"


@pytest.fixture
def encrypted(compose, parts, tmp_path):
    """Return a function: the encrypted files of a deployment that reads the Secret `keys`."""

    def call(provider, text=None):
        output = parts.deploy("web", secrets=[{"name": "keys", "keys": {"key": {"about": "A."}}}])
        bundle = compose(output, f"secrets: {{provider: {provider}}}\n")
        if text is not None:
            (tmp_path / "keys.yaml").write_text(text)
        return encrypted_files(bundle, tmp_path)

    return call


def test_an_encrypted_manifest_is_carried_as_it_is(encrypted):
    assert encrypted("sealed-secrets", SEALED) == {"keys.yaml": SEALED}
    assert encrypted("sops", SOPS) == {"keys.yaml": SOPS}


@pytest.mark.parametrize("provider", ["existing", "external-secrets"])
def test_other_providers_carry_no_file(encrypted, provider):
    assert encrypted(provider, SEALED) == {}


@pytest.mark.parametrize(
    ("provider", "text", "problem"),
    [
        ("sops", None, "this encrypted Secret does not exist"),
        ("sops", "a: [", "this is not YAML"),
        ("sops", "- a\n", "this is not a manifest"),
        ("sops", "", "this is not a manifest"),
        ("sops", SEALED, "this is not a Secret encrypted by SOPS"),
        ("sops", SOPS.replace("ENC[x]", "hunter2"), "a value in this Secret is not encrypted"),
        (
            "sops",
            SOPS.replace("stringData: {key: 'ENC[x]'}", "data: {key: aHVudGVy}"),
            "not encrypted",
        ),
        ("sops", SOPS.replace("key:", "other:"), "it lacks the keys: key"),
        ("sops", SOPS.replace("{key: 'ENC[x]'}", "text"), "it lacks the keys: key"),
        (
            "sops",
            SOPS.replace("name: keys", "name: kyes"),
            "it is kyes in aspects, where keys in aspects is read",
        ),
        ("sops", SOPS.replace("namespace: aspects", "namespace: old"), "it is keys in old, where"),
        ("sealed-secrets", SOPS, "this is not a SealedSecret"),
        ("sealed-secrets", SEALED.replace("key:", "other:"), "it lacks the keys: key"),
        (
            "sealed-secrets",
            SEALED.replace("{encryptedData: {key: AgB}}", "text"),
            "it lacks the keys",
        ),
        (
            "sealed-secrets",
            SEALED.replace("name: keys", "name: [keys]"),
            "where keys in aspects is read",
        ),
        (
            "sealed-secrets",
            SEALED.replace("AgB}}", "AgB}, template: {data: {key: hunter2}}}"),
            "values under spec.template.data are not encrypted",
        ),
    ],
)
def test_an_encrypted_manifest_that_will_not_do_is_refused_unseen(
    encrypted, provider, text, problem
):
    with pytest.raises(ValuesError) as caught:
        encrypted(provider, text)
    (finding,) = caught.value.findings
    assert (finding.code, problem in finding.problem) == ("AG130", True), finding.problem
    assert "hunter2" not in str(caught.value)
    assert finding.fix.startswith("run `aspects-gen secrets site --generate ")
