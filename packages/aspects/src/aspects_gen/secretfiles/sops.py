"""Secrets encrypted by the `sops` program: a manifest goes in by a pipe and comes out encrypted.

Source: SOPS documentation (encrypting from a pipe, --encrypted-regex, --filename-override), read 2026-11.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from aspects_gen.errors import UsageError, WriteError
from aspects_gen.secretfiles.plain import secret_manifest
from aspects_gen.tree.yamltext import dump_yaml

ENCRYPT = (
    *("--encrypt", "--input-type", "yaml", "--output-type", "yaml"),
    # name and namespace stay readable, for reviewers and for kustomize
    *("--encrypted-regex", "^(data|stringData)$"),
)

TIMEOUT_SECONDS = 60
"""Key services of clouds answer within seconds; longer means that something is wrong."""


def find_sops() -> str:
    """Return the path of the program.

    Raises:
        UsageError: it is not installed.
    """
    program = shutil.which("sops")
    if program is None:
        raise UsageError(
            "the program `sops` is not on PATH\n"
            "  = fix: install SOPS (https://getsops.io), or choose another secrets.provider"
        )
    return program


def encrypted_text(
    program: str,
    path: Path,
    values: Mapping[str, str],
    *,
    namespace: str,
    recipients: Sequence[str],
) -> str:
    """Return a Secret's manifest with its values encrypted; they never touch the disk.

    Args:
        program: path of sops.
        path: where the manifest will be; picks the rule of a .sops.yaml where no recipients are given.
        values: key -> value.
        namespace: the Secret's namespace.
        recipients: public age keys; empty leaves the choice of keys to .sops.yaml.

    Raises:
        WriteError: sops refuses, or leaves a value readable.
    """
    command = [program, *ENCRYPT, "--filename-override", str(path)]
    if recipients:
        command += ["--age", ",".join(recipients)]
    manifest = dump_yaml(secret_manifest(namespace, path.stem, values))
    try:
        done = subprocess.run(
            [*command, "/dev/stdin"],
            input=manifest.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal(path, f"no answer within {TIMEOUT_SECONDS} seconds") from None
    if done.returncode:
        raise _refusal(path, done.stderr.decode(errors="replace").strip() or "it says nothing")
    text = done.stdout.decode()
    if not _is_encrypted(text, values):
        raise _refusal(path, "a value came back readable")
    return text


def _is_encrypted(text: str, values: Mapping[str, str]) -> bool:
    found = yaml.safe_load(text).get("stringData", {})
    return found.keys() == values.keys() and all(v.startswith("ENC[") for v in found.values())


def _refusal(path: Path, why: str) -> WriteError:
    return WriteError(
        f"{path}: sops could not encrypt it: {why}\n"
        "  = fix: name a public key with --age, or a rule for this path in .sops.yaml"
    )
