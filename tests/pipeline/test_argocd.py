"""What Argo CD is told: exactly the emitted kinds, one place, and per-environment choices kept apart."""

from __future__ import annotations

import re

import pytest
import yaml

from aspects_gen.compose.layout import WAVE
from aspects_gen.compose.pipeline import build_tree
from aspects_gen.environment import find_places
from aspects_gen.generate import compose_place
from aspects_gen.services.registry import discover_services
from environments import COMMITTED, SITUATIONS, bundle_of, tree_of


@pytest.fixture
def trees(tmp_path):
    def build(**texts: str) -> dict[str, dict[str, str]]:
        folder = tmp_path / "environments"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text("site: {lmsHost: learn.example.org}\n" + text)
        places = find_places(folder, tmp_path, list(texts))
        return {p.name: build_tree(compose_place(p, discover_services())) for p in places}

    return build


def branch(patch: str, *, on: bool) -> dict:
    """Return what a template patch says with every condition true, or every one false."""
    lines = []
    depth = 0
    for line in patch.splitlines():
        if re.match(r"\{\{- (if|end)", line.strip()):
            depth += 1 if "if" in line else -1
        elif on or depth == 0:
            lines.append(re.sub(r"\{\{[^}]*\}\}", "3", line))
    return yaml.safe_load("\n".join(lines))


def test_a_set_is_the_same_whichever_environment_carries_it(trees):
    made = trees(
        staging="argocd: {delivery: application-set, automated: false, retries: 0}\n",
        live="argocd: {delivery: application-set, automated: true, retries: 5}\nsuperset: {enabled: false}\n",
    )
    sets = {name: made[name]["argocd/applicationset.yaml"] for name in made}
    assert sets["staging"].split("\n", 1)[1] == sets["live"].split("\n", 1)[1]
    release = {name: yaml.safe_load(made[name]["release.yaml"])["argocd"] for name in made}
    assert (release["staging"]["automated"], release["live"]["automated"]) == (False, True)
    patch = yaml.safe_load(sets["live"])["spec"]["templatePatch"]
    assert "syncPolicy" not in branch(patch, on=False)["spec"]
    assert branch(patch, on=True)["spec"]["syncPolicy"]["automated"]["selfHeal"] is True
    assert branch(patch, on=True)["spec"]["syncPolicy"]["retry"]["limit"] == 3


@pytest.mark.parametrize("name", [*COMMITTED, *SITUATIONS])
def test_the_project_allows_the_emitted_kinds_and_no_other(name):
    tree = tree_of(name)
    if "argocd/appproject.yaml" not in tree:
        assert not any(path.startswith("argocd/") for path in tree)
        return
    project = yaml.safe_load(tree["argocd/appproject.yaml"])["spec"]
    allowed = {
        entry["kind"]
        for entry in (*project["clusterResourceWhitelist"], *project["namespaceResourceWhitelist"])
    }
    bundle = bundle_of(name)
    assert allowed == {item.kind for item in bundle.items} | (
        {"ConfigMap"} if bundle.files else set()
    )
    namespace = bundle.settings["kubernetes"]["namespace"]
    assert [d["namespace"] for d in project["destinations"]] == [namespace]


@pytest.mark.parametrize("name", [*COMMITTED, *SITUATIONS])
def test_everything_waits_for_what_it_needs(name):
    bundle = bundle_of(name)
    waves = {step.id: step.wave for step in bundle.steps}
    for step in bundle.steps:
        assert all(waves[before] < step.wave for before in step.after), step.id
    for path, text in tree_of(name).items():
        if path.count("/") == 1 and path.endswith(".yaml") and "kustomization" not in path:
            manifest = yaml.safe_load(text)
            if not path.startswith(("argocd/", "lms/", "release")):
                assert re.fullmatch(r"[0-9]+", manifest["metadata"]["annotations"][WAVE])


CHAIN = (
    "namespace/aspects-production",
    "externalsecret/clickhouse-admin",
    "statefulset/clickhouse-keeper",
    "statefulset/clickhouse",
    "job/aspects-access",
    "job/aspects-migrate",
    "job/aspects-dbt",
    "statefulset/vector-aggregator",
)


def test_the_chain_of_production_is_in_order():
    waves = {step.id: step.wave for step in bundle_of("production").steps}
    found = [waves[name] for name in CHAIN]
    assert found == sorted(set(found))
    assert (
        waves["job/superset-metadata"] < waves["deployment/superset"] < waves["job/aspects-assets"]
    )
    assert waves["job/aspects-dbt"] < waves["job/aspects-assets"]
