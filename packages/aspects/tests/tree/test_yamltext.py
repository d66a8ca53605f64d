import json
import shutil
import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aspects_gen.tree.yamltext import dump_manifest, dump_yaml

TRICKY = """y n Y N yes no on off true True null ~ 1e3 1e+3 4e10 0o17 017 08 0x1f 0b101 1_000 .5 1.e5 .1e2
+1 -1 .inf -.inf .nan << = 12:30:45 1:20 2026-01-01 2026-1-1 0 00 1.0 1. v1.2 e3 3e 12e 1e 0755 ::/0 - --
: # @ ` % & * ! | > a:b a: :a a#b --- ... '' NULL Null TRUE""".split()  # noqa: SIM905


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40))
def test_text_comes_back_as_written(text):
    assert yaml.safe_load(dump_yaml({"k": text})) == {"k": text}


def test_kubectl_reads_every_tricky_text_as_text():
    kubectl = shutil.which("kubectl")
    assert kubectl, "the test environment brings kubectl"
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "tricky"},
        "data": {f"k{i}": text for i, text in enumerate(TRICKY)},
    }
    # `annotate --local` decodes into typed Go structs: a number where text belongs fails it
    command = [kubectl, "annotate", "--local", "-f", "-", "x=y", "-o", "json"]
    result = subprocess.run(
        command, input=dump_manifest(manifest), text=True, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["data"] == manifest["data"]


def test_a_script_stays_a_block():
    text = "#!/bin/sh\nset -eu\necho 'é' \"x\"\n"
    assert dump_yaml({"run": text}) == ("run: |\n  #!/bin/sh\n  set -eu\n  echo 'é' \"x\"\n")


def test_keys_keep_their_order_and_nothing_is_shared():
    shared = {"b": 1, "a": 2}
    assert (
        dump_yaml({"one": shared, "two": shared}) == "one:\n  b: 1\n  a: 2\ntwo:\n  b: 1\n  a: 2\n"
    )


def test_a_manifest_starts_with_what_it_is():
    manifest = {
        "spec": {},
        "metadata": {"labels": {"b": "1", "a": "2"}, "name": "web"},
        "kind": "K",
        "apiVersion": "v1",
    }
    assert dump_manifest(manifest) == (
        "apiVersion: v1\nkind: K\nmetadata:\n  name: web\n  labels:\n    a: '2'\n    b: '1'\nspec: {}\n"
    )


@pytest.mark.parametrize("text", ["x" * 500, "word " * 100])
def test_long_lines_are_not_folded(text):
    assert dump_yaml({"k": text}).count("\n") == 1
