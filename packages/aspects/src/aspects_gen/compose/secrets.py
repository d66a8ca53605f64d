"""Secrets by the chosen provider: references and encrypted manifests, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aspects_gen.compose.bundle import Bundle
from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.services.contract import Secret

FOLDER = "secrets"


def add_secrets(bundle: Bundle) -> None:
    """Add an ExternalSecret for each Secret, where that is the provider.

    `existing` adds nothing; `sealed-secrets` and `sops` bring files of their own (see `encrypted_files`).
    """
    settings = bundle.settings["secrets"]
    if settings["provider"] != "external-secrets":
        return
    for secret in bundle.secrets.values():
        bundle.add(FOLDER, _external_secret(secret, settings["store"]))


def _external_secret(secret: Secret, store: dict[str, Any]) -> dict[str, Any]:
    """Return an ExternalSecret; the operator's own defaults are written out so that nothing drifts."""
    key = f"{store['prefix']}{secret['name']}"
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": secret["name"]},
        "spec": {
            "refreshPolicy": "Periodic",
            "refreshInterval": store["refreshInterval"],
            "secretStoreRef": {"kind": store["kind"], "name": store["name"]},
            "target": {
                "name": secret["name"],
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
            },
            "data": [
                {
                    "secretKey": name,
                    "remoteRef": {
                        "key": key,
                        "property": name,
                        "conversionStrategy": "Default",
                        "decodingStrategy": "None",
                        "metadataPolicy": "None",
                    },
                }
                for name in secret["keys"]
            ],
        },
    }


def encrypted_folder(values_file: Path, environment: str, settings: dict[str, Any]) -> Path:
    """Return the folder that holds an environment's encrypted manifests."""
    named = settings["directory"] or f"secrets/{environment}"
    return values_file.parent / named


def encrypted_files(bundle: Bundle, folder: Path) -> dict[str, str]:
    """Return the encrypted manifests to carry into the output: file name -> text.

    Args:
        bundle: says which Secrets must exist.
        folder: where the operator keeps them, one NAME.yaml for each Secret.

    Raises:
        ValuesError: one is missing, unencrypted, of another name or namespace, or lacks a key.
    """
    provider = bundle.settings["secrets"]["provider"]
    if provider not in ("sealed-secrets", "sops"):
        return {}
    found, findings = {}, []
    for secret in bundle.secrets.values():
        path = folder / f"{secret['name']}.yaml"
        problem = _problem(path, secret, provider, bundle.values.site["namespace"])
        if problem:
            shown = bundle.values.layers.show(path)
            findings.append(_finding(shown, secret, problem, bundle.values.environment))
        else:
            found[path.name] = path.read_text(encoding="utf-8")
    if findings:
        raise ValuesError(findings)
    return found


def _problem(path: Path, secret: Secret, provider: str, namespace: str) -> str:
    """Return what is wrong with an encrypted manifest; empty when it will do."""
    if not path.is_file():
        return "this encrypted Secret does not exist"
    import yaml

    try:
        manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        return "this is not YAML"
    if not isinstance(manifest, dict):
        return "this is not a manifest"
    judge = _sops_problem if provider == "sops" else _sealed_problem
    return judge(manifest, secret) or _place_problem(manifest, secret, namespace)


def _place_problem(manifest: dict[str, Any], secret: Secret, namespace: str) -> str:
    """Return why a manifest makes another Secret than the one that is read."""
    metadata = _part(manifest, "metadata")
    found = (metadata.get("name"), metadata.get("namespace", namespace))
    wanted = (secret["name"], namespace)
    if found == wanted:
        return ""
    return f"it is {found[0]} in {found[1]}, where {wanted[0]} in {wanted[1]} is read"


def _part(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a map of a manifest that someone else wrote; empty where there is none."""
    found = manifest.get(name)
    return found if isinstance(found, dict) else {}


def _sops_problem(manifest: dict[str, Any], secret: Secret) -> str:
    if "sops" not in manifest or manifest.get("kind") != "Secret":
        return "this is not a Secret encrypted by SOPS"
    keys = {**_part(manifest, "stringData"), **_part(manifest, "data")}
    if any(not str(value).startswith("ENC[") for value in keys.values()):
        return "a value in this Secret is not encrypted"
    return _missing(secret, keys)


def _sealed_problem(manifest: dict[str, Any], secret: Secret) -> str:
    if manifest.get("kind") != "SealedSecret":
        return "this is not a SealedSecret"
    spec = _part(manifest, "spec")
    if _part(_part(spec, "template"), "data"):
        return "values under spec.template.data are not encrypted"
    return _missing(secret, _part(spec, "encryptedData"))


def _missing(secret: Secret, keys: Mapping[str, Any]) -> str:
    missing = [key for key in secret["keys"] if key not in keys]
    return f"it lacks the keys: {', '.join(missing)}" if missing else ""


def _finding(path: str, secret: Secret, problem: str, environment: str) -> Finding:
    keys = ", ".join(secret["keys"])
    folder = path.rpartition("/")[0]
    return Finding(
        "AG130",
        Position(path),
        "secrets.directory",
        problem,
        "nothing usable",
        f"the Secret {secret['name']} with the keys: {keys}",
        f"run `aspects-gen secrets {environment} --generate {folder}`, which writes it encrypted",
    )
