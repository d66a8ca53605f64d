"""What Argo CD, kustomize and the Secrets' operator are told, key by key."""

import pytest
import yaml

from aspects_gen.compose.pipeline import build_tree
from aspects_gen.compose.tools import EmitTools

ARGOCD = "argocd: {repository: https://git.example.org/d.git, revision: v1, path: out/here, cluster: https://c.example.org"


@pytest.fixture
def tree(compose, parts):
    """Return a function: the files of a deployment, by its values, and what else its service emits."""

    def call(values="", **more):
        return build_tree(compose(parts.deploy("web", **more), values))

    return call


def read(tree, path):
    return yaml.safe_load(tree[path])


def test_the_project_allows_one_repository_and_one_place(tree):
    spec = read(tree(ARGOCD + "}\n"), "argocd/appproject.yaml")["spec"]
    assert spec["sourceRepos"] == ["https://git.example.org/d.git"]
    assert spec["destinations"] == [{"server": "https://c.example.org", "namespace": "aspects"}]
    assert spec["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]
    kinds = [entry["kind"] for entry in spec["namespaceResourceWhitelist"]]
    assert kinds == ["ServiceAccount", "Deployment", "NetworkPolicy"]


def test_the_application_syncs_the_environment_s_folder(tree):
    made = tree(ARGOCD + ", project: mine, namespace: gitops}\n")
    application = read(made, "argocd/application.yaml")
    spec = application["spec"]
    assert application["metadata"]["name"] == "aspects-site"
    assert {
        o["metadata"]["namespace"] for o in (application, read(made, "argocd/appproject.yaml"))
    } == {"gitops"}
    assert spec["project"] == "mine"
    assert spec["source"] == {
        "repoURL": "https://git.example.org/d.git",
        "targetRevision": "v1",
        "path": "out/here/site",
    }
    assert spec["destination"] == {"server": "https://c.example.org", "namespace": "aspects"}
    assert "ignoreDifferences" not in spec


def test_two_installations_never_share_an_object_and_namespaces_are_not_made_on_the_side(tree):
    policy = read(tree(), "argocd/application.yaml")["spec"]["syncPolicy"]
    assert {"FailOnSharedResource=true", "CreateNamespace=false", "ServerSideApply=true"} <= set(
        policy["syncOptions"]
    )


@pytest.mark.parametrize(("automated", "retries"), [(True, 0), (False, 5), (True, 2), (False, 0)])
def test_syncing_by_itself_and_trying_again_are_choices(tree, automated, retries):
    values = f"argocd: {{automated: {str(automated).lower()}, retries: {retries}}}\n"
    policy = read(tree(values), "argocd/application.yaml")["spec"]["syncPolicy"]
    assert ("automated" in policy, policy.get("retry", {}).get("limit", 0)) == (automated, retries)
    assert policy.get("automated", {}).get("allowEmpty") in (None, False)


def test_fields_that_the_api_server_fills_in_are_no_difference(compose, parts):
    output = parts.deploy("web")
    output["objects"].append(parts.workload("StatefulSet", "store"))
    output["workloads"]["statefulset/store"] = {"uid": 1000}
    spec = read(build_tree(compose(output)), "argocd/application.yaml")["spec"]
    (ignored,) = spec["ignoreDifferences"]
    assert ignored["kind"] == "StatefulSet"
    assert all(".volumeClaimTemplates" in path for path in ignored["jqPathExpressions"])


def test_a_set_keeps_data_when_an_environment_leaves_and_takes_no_unknown_name(tree):
    spec = read(tree("argocd: {delivery: application-set}\n"), "argocd/applicationset.yaml")[
        "spec"
    ]
    assert spec["syncPolicy"] == {"preserveResourcesOnDeletion": True}
    assert spec["goTemplateOptions"] == ["missingkey=error"]


@pytest.mark.parametrize(
    ("provider", "kind"), [("sops", "Secret"), ("sealed-secrets", "SealedSecret")]
)
def test_the_project_allows_what_a_provider_brings(compose, parts, provider, kind):
    from aspects_gen.compose.argocd import build_argocd

    project = build_argocd(compose(parts.deploy("web"), f"secrets: {{provider: {provider}}}\n"))[0]
    allowed = project.manifest["spec"]["namespaceResourceWhitelist"]
    assert kind in [entry["kind"] for entry in allowed]


def test_release_says_what_the_set_asks_of_an_environment(tree):
    release = read(tree(ARGOCD + ", automated: true, retries: 4}\n"), "release.yaml")
    assert release["argocd"] == {
        "delivery": "application",
        "project": "aspects-site",
        "cluster": "https://c.example.org",
        "revision": "v1",
        "automated": True,
        "retries": 4,
    }
    assert (release["environment"], release["namespace"]) == ("site", "aspects")


def test_an_external_secret_reads_each_key_from_the_store_and_outlives_its_removal(tree):
    secret = {"name": "keys", "keys": {"a": {"about": "A."}, "b": {"about": "B."}}}
    store = "{name: vault, kind: ClusterSecretStore, prefix: team/, refreshInterval: 2h}"
    made = tree(f"secrets: {{provider: external-secrets, store: {store}}}\n", secrets=[secret])
    spec = read(made, "secrets/externalsecret-keys.yaml")["spec"]
    assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "vault"}
    assert spec["refreshInterval"] == "2h"
    assert spec["target"] == {
        "name": "keys",
        "creationPolicy": "Owner",
        "deletionPolicy": "Retain",
    }
    found = [
        (d["secretKey"], d["remoteRef"]["key"], d["remoteRef"]["property"]) for d in spec["data"]
    ]
    assert found == [("a", "team/keys", "a"), ("b", "team/keys", "b")]


def test_configmaps_keep_their_names_and_bear_labels(tree):
    values = "kubernetes: {labels: {team: data}, annotations: {cost: low}}\n"
    made = tree(values, files={"web-config": {"a.txt": "tab\there  \r\n"}})
    (generator,) = read(made, "toy/kustomization.yaml")["configMapGenerator"]
    assert generator["options"]["disableNameSuffixHash"] is True
    assert generator["options"]["labels"]["team"] == "data"
    assert generator["options"]["labels"]["app.kubernetes.io/name"] == "web-config"
    assert generator["options"]["annotations"] == {
        "argocd.argoproj.io/sync-wave": "2",
        "cost": "low",
    }
    assert made["toy/files/web-config/a.txt"] == "tab here\n"


def test_every_object_s_file_says_where_it_comes_from_and_when_it_comes(tree):
    text = tree()["toy/deployment-web.yaml"]
    assert text.startswith(
        "# Generated by `aspects-gen build`; change environments/site.yaml instead.\n"
    )
    assert yaml.safe_load(text)["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "3"


def test_a_job_carries_its_hash_in_its_name_and_not_in_its_file_s(compose, parts):
    bundle = compose({"jobs": [parts.job("fill")]})
    manifest = read(build_tree(bundle), "toy/job-fill.yaml")
    assert manifest["metadata"]["name"] == bundle.job_names["job/fill"]
    assert manifest["metadata"]["name"].startswith("fill-")
    assert manifest["spec"]["activeDeadlineSeconds"] == 60
    assert manifest["spec"]["backoffLimit"] == 3


def test_a_cluster_scoped_name_carries_the_namespace(tmp_path):
    tools = EmitTools(tmp_path, {"namespace": "one"}, endpoints={}, references={})
    assert tools.cluster_name("reader") == "one-reader"
