"""The example on the contract's page is a whole service, and the page names every part of the contract."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml

from aspects_gen.services.contract import Output, Service, Tools
from docs.pages import ROOT, blocks_of

PAGE = ROOT / "docs/reference/service-contract.md"

VALUES = """\
site: {lmsHost: learn.example.org, platformName: Example}
aspects: {enabled: false}
clickhouse: {enabled: false}
ralph: {enabled: false}
superset: {enabled: false}
hello: {enabled: true, server: {replicas: 2}}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Lay the page's module down as an installer would."""
    site = tmp_path_factory.mktemp("site-packages")
    blocks = {block.language: block.text for block in blocks_of(PAGE)}
    (site / "aspects_hello").mkdir()
    (site / "aspects_hello" / "__init__.py").write_text(blocks["python"])
    info = site / "aspects_hello-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: aspects-hello\nVersion: 1.0.0\n")
    assert blocks["toml"].splitlines()[0] == '[project.entry-points."aspects.services"]'
    (info / "entry_points.txt").write_text("[aspects.services]\nhello = aspects_hello\n")
    return site


def build(tmp_path, installed, values):
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "site.yaml").write_text(values)
    command = [sys.executable, "-m", "aspects_gen", "build", "--environments", str(folder)]
    return subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_minimal_service_of_the_page_builds_alone(tmp_path, installed):
    done = build(tmp_path, installed, VALUES)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out" / "site"
    deployment = yaml.safe_load((out / "hello" / "deployment-hello.yaml").read_text())
    assert deployment["spec"]["replicas"] == 2
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["image"].startswith("docker.io/library/caddy:2.10.2-alpine")
    assert container["command"][-1] == "hello from Example"
    assert container["resources"]["limits"] == {"memory": "32Mi"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert (out / "hello" / "networkpolicy-hello.yaml").is_file()
    assert "hello.example.org" in (out / "hello" / "ingress-hello.yaml").read_text()


def test_minimal_service_of_the_page_refuses_what_it_says(tmp_path, installed):
    done = build(tmp_path, installed, VALUES.replace("platformName: Example", "https: false"))
    assert done.returncode == 2
    assert "site.yaml:6:" in done.stderr
    assert "set site.https to true" in done.stderr


@pytest.mark.parametrize("part", sorted(Output.__annotations__))
def test_page_names_each_part_of_an_output(part):
    assert f"`{part}`" in PAGE.read_text()


@pytest.mark.parametrize("part", ["schema", "images", "offers", "check", "emit"])
def test_page_names_each_function_of_a_service(part):
    assert hasattr(Service, part)
    assert f"`{part}(" in PAGE.read_text()


def test_page_names_each_tool():
    tools = {name for name in vars(Tools) if not name.startswith("_")} | {"site"}
    text = PAGE.read_text()
    assert [name for name in sorted(tools) if f"tools.{name}" not in text] == []
