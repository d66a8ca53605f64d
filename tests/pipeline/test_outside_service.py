"""A service from outside the repository is found, checked, composed and ordered like any other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

EXAMPLE = Path(__file__).parents[1] / "examples" / "metabase"

VALUES = """\
site: {lmsHost: learn.example.org}
superset: {enabled: false}
metabase: {host: bi.example.org, server: {replicas: 2}}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Lay the example down as an installer would: the package, and the metadata that names its entry point."""
    site = tmp_path_factory.mktemp("site-packages")
    shutil.copytree(EXAMPLE / "src" / "aspects_metabase", site / "aspects_metabase")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    info = site / f"aspects_metabase-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0.0\n"
    )
    points = project["entry-points"]["aspects.services"]
    lines = "".join(f"{name} = {module}\n" for name, module in points.items())
    (info / "entry_points.txt").write_text(f"[aspects.services]\n{lines}")
    return site


def generate(tmp_path, installed, values, *words):
    folder = tmp_path / "environments"
    folder.mkdir(exist_ok=True)
    (folder / "site.yaml").write_text(values)
    command = [sys.executable, "-m", "aspects_gen", *(words or ("build",))]
    command += ["--environments", str(folder)]
    command += ["--out", str(tmp_path / "out")] if not words else []
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_another_bi_tool_replaces_superset(tmp_path, installed):
    done = generate(tmp_path, installed, VALUES)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out" / "site"
    assert not (out / "superset").exists()
    deployment = yaml.safe_load((out / "metabase" / "deployment-metabase.yaml").read_text())
    assert deployment["spec"]["replicas"] == 2
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    policy = yaml.safe_load((out / "clickhouse" / "networkpolicy-clickhouse.yaml").read_text())
    clients = [
        peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in policy["spec"]["ingress"]
        for peer in rule["from"]
        if "podSelector" in peer
    ]
    assert "metabase" in clients
    assert not any(client.startswith("superset") for client in clients)
    assert (out / "metabase" / "poddisruptionbudget-metabase.yaml").is_file()
    assert "bi.example.org" in (out / "metabase" / "ingress-metabase.yaml").read_text()


def test_its_values_are_checked_with_their_place(tmp_path, installed):
    done = generate(tmp_path, installed, VALUES.replace("replicas: 2", "replicas: two"))
    assert done.returncode == 2
    assert "site.yaml:3:53  metabase.server.replicas" in done.stderr


def test_it_is_in_the_schema_and_the_order(tmp_path, installed):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "aspects_gen", "schema"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert '"metabase": {' in done.stdout
    done = generate(tmp_path, installed, VALUES, "order", "site", "--json")
    assert done.returncode == 0, done.stderr
    assert "deployment/metabase" in done.stdout
    assert "has nothing to show before the models exist" in done.stdout
