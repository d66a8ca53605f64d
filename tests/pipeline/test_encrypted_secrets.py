"""Encrypted Secrets travel from `secrets --generate` into the output, and only encrypted."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from aspects_gen.cli.main import run
from environments import objects_in

VALUES = """\
site: {{lmsHost: learn.example.org}}
secrets: {{provider: {provider}}}
"""


@pytest.fixture
def environments(tmp_path):
    folder = tmp_path / "environments"
    folder.mkdir()
    return folder


@pytest.fixture
def certificate(tmp_path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sealed-secrets")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "cert.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return path


def build(environments, *words):
    out = environments.parent / "generated"
    return run(["build", *words, "--environments", str(environments), "--out", str(out)])


def generate(environments, *words):
    folder = environments / "secrets" / "site"
    command = ["secrets", "site", "--environments", str(environments), "--generate", str(folder)]
    return run([*command, *words])


def test_a_build_without_them_names_each_missing_one(environments, capsys):
    (environments / "site.yaml").write_text(VALUES.format(provider="sealed-secrets"))
    assert build(environments) == 2
    error = capsys.readouterr().err
    assert "clickhouse-admin.yaml" in error
    assert "the Secret clickhouse-admin with the keys: password" in error
    assert "aspects-gen secrets site --generate" in error


def test_sealed_secrets_reach_the_output_and_kustomize(environments, certificate, capsys):
    (environments / "site.yaml").write_text(VALUES.format(provider="sealed-secrets"))
    assert generate(environments, "--cert", str(certificate)) == 0
    assert build(environments) == 0, capsys.readouterr().err
    out = environments.parent / "generated" / "site"
    kubectl = shutil.which("kubectl")
    assert kubectl
    done = subprocess.run([kubectl, "kustomize", out], capture_output=True, text=True, check=True)
    sealed = [o for o in objects_in(done.stdout) if o["kind"] == "SealedSecret"]
    assert {o["metadata"]["name"] for o in sealed} >= {
        "clickhouse-admin",
        "ralph-lms",
        "superset-keys",
    }
    for manifest in sealed:
        assert manifest["metadata"]["namespace"] == "aspects"
        assert manifest["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "1"
        assert all(len(text) > 300 for text in manifest["spec"]["encryptedData"].values())
    project = yaml.safe_load((out / "argocd" / "appproject.yaml").read_text())
    kinds = {entry["kind"] for entry in project["spec"]["namespaceResourceWhitelist"]}
    assert "SealedSecret" in kinds
    assert build(environments, "--check") == 0
    (environments / "secrets" / "site" / "ralph-lms.yaml").write_text("kind: Secret\n")
    capsys.readouterr()
    assert build(environments, "--check") == 2
    assert "this is not a SealedSecret" in capsys.readouterr().err


def test_sops_secrets_reach_the_output_through_ksops(environments, capsys):
    (environments / "site.yaml").write_text(VALUES.format(provider="sops"))
    # the public half of a throw-away age key pair, made for this test
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    assert generate(environments, "--age", recipient) == 0
    assert build(environments) == 0, capsys.readouterr().err
    folder = environments.parent / "generated" / "site" / "secrets"
    plugin = yaml.safe_load((folder / "ksops.yaml").read_text())
    assert plugin["kind"] == "ksops"
    assert "./clickhouse-admin.yaml" in plugin["files"]
    secret = yaml.safe_load((folder / "clickhouse-admin.yaml").read_text())
    assert secret["stringData"]["password"].startswith("ENC[")
    plain = yaml.safe_dump({**secret, "stringData": {"password": "hunter2"}})
    (environments / "secrets" / "site" / "clickhouse-admin.yaml").write_text(plain)
    capsys.readouterr()
    assert build(environments) == 2
    error = capsys.readouterr().err
    assert "a value in this Secret is not encrypted" in error
    assert "hunter2" not in error
