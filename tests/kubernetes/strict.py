"""Strict schemas: built-in kinds of several Kubernetes minors, and the custom resources we emit.

Built-in kinds come from the files of `kubernetes-validate`, custom resources from `schemas/crds/`. Unknown fields are
errors everywhere, and so is an unknown kind.
"""

from __future__ import annotations

import functools
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

MINORS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
CUSTOM = Path(__file__).parents[2] / "schemas" / "crds"
GVK = "x-kubernetes-group-version-kind"
Kind = tuple[str, str]
"""(apiVersion, kind)"""


def errors_of(obj: Any, minor: str) -> list[str]:
    """Return what is wrong with an object for a Kubernetes minor, each as `path: problem`.

    A null is an error in a built-in kind although its schemas let it pass: the API server drops it in silence.
    """
    if not isinstance(obj, dict):
        return ["/: not an object"]
    kind = (str(obj.get("apiVersion", "")), str(obj.get("kind", "")))
    validator = _custom_validator(kind)
    if validator is not None:
        return _errors(validator, obj)
    validator = _builtin_validator(kind, minor)
    if validator is None:
        return [f"/: unknown kind {kind[0]} {kind[1]} in Kubernetes {minor}"]
    return _errors(validator, obj) + [f"{path}: null" for path in _nulls(obj, "")]


def custom_kinds() -> list[Kind]:
    """Return the custom resources that have a schema."""
    return sorted(_custom_schemas())


def _errors(validator: Any, obj: Any) -> list[str]:
    found = (
        ("/" + "/".join(str(part) for part in error.instance_path), error.message)
        for error in validator.iter_errors(obj)
    )
    return sorted(f"{path}: {message}" for path, message in found)


def _nulls(value: Any, path: str) -> list[str]:
    if value is None:
        return [path]
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    return [found for key, inner in entries for found in _nulls(inner, f"{path}/{key}")]


@functools.cache
def _custom_schemas() -> dict[Kind, dict[str, Any]]:
    found = {}
    for path in sorted(CUSTOM.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        names = schema["properties"]
        found[names["apiVersion"]["const"], names["kind"]["const"]] = schema
    return found


@functools.cache
def _custom_validator(kind: Kind) -> Any:
    schema = _custom_schemas().get(kind)
    return None if schema is None else jsonschema_rs.validator_for(schema)


@functools.cache
def _definitions(minor: str) -> tuple[dict[Kind, str], Any]:
    """Return the names of a minor's kinds, and the registry that holds their definitions.

    Raises:
        ValueError: the installed kubernetes-validate has no schemas of that minor.
    """
    package = find_spec("kubernetes_validate")
    root = Path(package.origin).parent if package and package.origin else Path()
    found = sorted(root.glob(f"kubernetes-json-schema/v{minor}.*-local-strict/_definitions.json"))
    if len(found) != 1:
        raise ValueError(f"no strict schemas of Kubernetes {minor} in kubernetes-validate")
    document = json.loads(found[0].read_text(encoding="utf-8"))
    names = {}
    for name, definition in document["$defs"].items():
        for entry in definition.get(GVK, ()):
            version = "/".join(filter(None, (entry["group"], entry["version"])))
            names[version, entry["kind"]] = f"{document['$id']}#/$defs/{name}"
    return names, jsonschema_rs.Registry([(document["$id"], document)])


@functools.cache
def _builtin_validator(kind: Kind, minor: str) -> Any:
    names, registry = _definitions(minor)
    if kind not in names:
        return None
    return jsonschema_rs.Draft202012Validator({"$ref": names[kind]}, registry=registry)
