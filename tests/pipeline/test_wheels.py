"""From built wheels, in an empty folder, without anything of this repository: an operator's own GitOps repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from environments import ROOT

PACKAGES = ("clickhouse", "ralph", "superset", "vector", "aspects")


def call(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Return the folder of the programs of a fresh environment that holds our wheels and what they require."""
    folder = tmp_path_factory.mktemp("wheels")
    for package in PACKAGES:
        done = call(
            *(
                sys.executable,
                "-m",
                "build",
                "--wheel",
                "--no-isolation",
                "--outdir",
                folder / "dist",
            ),
            ROOT / "packages" / package,
            cwd=folder,
        )
        assert done.returncode == 0, done.stderr
    uv = Path(sys.executable).parent / "uv"
    assert (
        call(uv, "venv", "--python", sys.executable, folder / "venv", cwd=folder).returncode == 0
    )
    wheels = sorted((folder / "dist").glob("*.whl"))
    python = folder / "venv" / "bin" / "python"
    done = call(uv, "pip", "install", "--python", python, *wheels, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "venv" / "bin"


def test_wheels_alone_generate_the_same_deployment(installed, tmp_path):
    values = tmp_path / "environments" / "starter.yaml"
    values.parent.mkdir()
    values.write_text((ROOT / "environments" / "starter.yaml").read_text())
    lock = ROOT / "environments" / "images.lock.json"
    (values.parent / lock.name).write_text(lock.read_text())
    done = call(installed / "aspects-gen", "build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "generated" / "starter"
    for path in (ROOT / "generated" / "starter").rglob("*"):
        if path.is_file() and path.name != "index.json":
            assert (
                made / path.relative_to(ROOT / "generated" / "starter")
            ).read_bytes() == path.read_bytes()
    done = call(installed / "aspects-gen", "build", "--check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "generated/starter: fresh\n")


def test_a_newcomer_starts_from_an_empty_folder(installed, tmp_path):
    program = installed / "aspects-gen"
    done = call(program, "init", "site", "--lms-host", "learn.example.org", "--yes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in (
        ["build"],
        ["build", "--check", "--full"],
        ["order", "site"],
        ["explain", "ralph.workers"],
    ):
        done = call(program, *words, cwd=tmp_path)
        assert done.returncode == 0, (words, done.stderr)
    done = call(program, "secrets", "site", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    done = call(installed / "python", "-m", "aspects_gen", "--version", cwd=tmp_path)
    assert done.stdout.startswith("aspects-gen ")


def test_the_main_job_needs_no_engine(installed):
    done = call(
        installed / "python",
        "-c",
        "import aspects_gen.generate, sys; print(*sys.modules)",
        cwd=Path("/"),
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"chdb", "dbt", "superset", "clickhouse_connect", "cryptography", "pytest"}
