"""One environment in memory: what its output depends on."""

import pytest

from aspects_gen import generate as module
from aspects_gen.environment import find_places
from aspects_gen.errors import ValuesError


@pytest.fixture
def place(write_values):
    def call(text, **others):
        path = write_values("site: {lmsHost: learn.example.org}\n" + text, **others)
        return find_places(path.parent, path.parent.parent / "out", ["site"])[0]

    return call


def emit(values, tools):
    return {"secrets": [{"name": "keys", "keys": {"key": {"about": "A key."}}}]}


def inputs_of(place, toy):
    return list(module.generate(place, {"toy": toy(emit=emit)}, "code").index.inputs)


def test_inputs_are_the_code_every_layer_and_the_lock(place, toy):
    found = inputs_of(place("extends: [base.yaml]\n", base="profile: starter\n"), toy)
    assert found == ["generator", "base.yaml", "images.lock.json", "site.yaml"]


def test_encrypted_secrets_are_inputs(place, toy):
    where = place("secrets: {provider: sealed-secrets, directory: sealed}\n")
    folder = where.environments / "sealed"
    folder.mkdir()
    sealed = "kind: SealedSecret\nmetadata: {name: keys}\nspec: {encryptedData: {key: AgB}}\n"
    (folder / "keys.yaml").write_text(sealed)
    assert "sealed/keys.yaml" in inputs_of(where, toy)


def test_a_lint_error_is_refused(place, toy):
    def emit_unlimited(values, tools):
        pod = {"containers": [{"name": "x", "image": "a:1.0"}]}
        spec = {"template": {"spec": pod}}
        manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}
        return {
            "objects": [{**manifest, "spec": spec}],
            "workloads": {"deployment/x": {"uid": 1000}},
        }

    with pytest.raises(ValuesError) as caught:
        module.generate(place(""), {"toy": toy(emit=emit_unlimited)}, "code")
    assert {finding.code for finding in caught.value.findings} >= {"L401"}
