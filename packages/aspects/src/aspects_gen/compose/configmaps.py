"""Files as ConfigMaps: split under the size limit, mounted where workloads name them, summed for restarts."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from aspects_gen.compose.bundle import Bundle, FileSet, containers, pod_template

LIMIT_BYTES = 900_000
"""Bytes of one ConfigMap's data. Kubernetes allows 1 MiB; the rest is for names and metadata.

Source: https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
"""

CHECKSUM = "checksum/config"
ROTATION = "aspects/secrets-rotation"

_KEY = re.compile(r"^[-._a-zA-Z0-9]+$")
_UNTIDY = ("\t", "\r", " \n")
"""What no block of YAML shows; a blank at the very end is looked for apart."""


def file_key(path: str) -> str:
    """Return the ConfigMap key of a file's path: keys have no slashes."""
    return path.replace("/", "__")


def place_files(bundle: Bundle) -> None:
    """Split what is too large for one ConfigMap, and make every mount show the files at their paths.

    Raises:
        ValueError: a file's name cannot be a key, two files share one, or one file is over the limit.
    """
    parts = {name: _split(name, files) for name, files in bundle.files.items()}
    for item in bundle.owners():
        pod = pod_template(item.manifest)["spec"]
        for volume in pod.get("volumes", []):
            name = volume.get("configMap", {}).get("name")
            if name in parts:
                _show_paths(volume, parts[name])
    bundle.files = {part: files for group in parts.values() for part, files in group.items()}


def _split(name: str, file_set: FileSet) -> dict[str, FileSet]:
    groups: list[dict[str, str]] = [{}]
    room = LIMIT_BYTES
    keys: dict[str, str] = {}
    for path in sorted(file_set.files):
        text = file_set.files[path]
        _check_file(name, path, keys)
        size = len(text.encode()) + len(path)
        if size > LIMIT_BYTES:
            raise ValueError(f"{name}: {path} is over {LIMIT_BYTES} bytes")
        if size > room:
            groups.append({})
            room = LIMIT_BYTES
        groups[-1][path] = text
        room -= size
    names = [name, *(f"{name}-{number}" for number in range(2, len(groups) + 1))]
    return {n: FileSet(file_set.folder, g) for n, g in zip(names, groups, strict=True)}


def _check_file(name: str, path: str, keys: dict[str, str]) -> None:
    key = file_key(path)
    if not _KEY.match(key) or key in keys:
        other = keys.get(key, "")
        raise ValueError(
            f"{name}: {path!r} cannot be a ConfigMap key {other and 'beside ' + other}"
        )
    keys[key] = path


def _show_paths(volume: dict[str, Any], parts: dict[str, FileSet]) -> None:
    source = volume.pop("configMap")
    nested = any("/" in path for part in parts.values() for path in part.files)
    wanted = source.get("items")
    sources: list[dict[str, Any]] = []
    for name, part in parts.items():
        entry: dict[str, Any] = {"name": name}
        if wanted is None and nested:
            entry["items"] = [{"key": file_key(p), "path": p} for p in sorted(part.files)]
        elif wanted is not None:
            entry["items"] = [i for i in wanted if i["key"] in {file_key(p) for p in part.files}]
        sources.append(entry)
    mode = {"defaultMode": source["defaultMode"]} if "defaultMode" in source else {}
    if len(sources) == 1:
        volume["configMap"] = {**sources[0], **mode}
    else:
        volume["projected"] = {"sources": [{"configMap": s} for s in sources], **mode}


def tidy_text(text: str) -> str:
    """Return a text that every YAML tool can show as a block: no tabs, carriage returns or trailing blanks."""
    if any(mark in text for mark in _UNTIDY) or text.endswith(" "):
        text = "\n".join(
            line.rstrip() for line in text.replace("\r", "").expandtabs(4).split("\n")
        )
    return text


def tidy_files(bundle: Bundle) -> None:
    """Tidy every file."""
    for file_set in bundle.files.values():
        file_set.files = {path: tidy_text(text) for path, text in file_set.files.items()}


def sum_configuration(bundle: Bundle) -> None:
    """Stamp each pod template with a checksum of what it mounts, so that a change restarts exactly its readers."""
    sums = {name: _sum_files(file_set.files) for name, file_set in bundle.files.items()}
    for item in bundle.owners():
        template = pod_template(item.manifest)
        annotations = template["metadata"].setdefault("annotations", {})
        mounted = {name: sums[name] for name in _mounted_maps(template["spec"]) if name in sums}
        if mounted:
            annotations[CHECKSUM] = _digest(mounted)
        if _secret_names(template["spec"]):
            annotations[ROTATION] = str(bundle.settings["secrets"]["rotation"])
        if not annotations:
            del template["metadata"]["annotations"]


def _sum_files(files: dict[str, str]) -> str:
    total = hashlib.sha256()
    for path, text in sorted(files.items()):
        data = text.encode()
        total.update(f"{path}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()


def _mounted_maps(pod: dict[str, Any]) -> list[str]:
    names = [
        source["configMap"]["name"]
        for volume in pod.get("volumes", [])
        for source in [volume, *volume.get("projected", {}).get("sources", [])]
        if "configMap" in source
    ]
    for container in containers(pod):
        names += [
            e["configMapRef"]["name"] for e in container.get("envFrom", []) if "configMapRef" in e
        ]
    return names


def _secret_names(pod: dict[str, Any]) -> set[str]:
    names = {v["secret"]["secretName"] for v in pod.get("volumes", []) if "secret" in v}
    for volume in pod.get("volumes", []):
        sources = volume.get("projected", {}).get("sources", [])
        names |= {source["secret"]["name"] for source in sources if "secret" in source}
    for container in containers(pod):
        for entry in container.get("env", []):
            reference = entry.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                names.add(reference["name"])
        names |= {e["secretRef"]["name"] for e in container.get("envFrom", []) if "secretRef" in e}
    return names


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def name_jobs(bundle: Bundle) -> None:
    """Put a hash of its content into each Job's name: it reruns exactly when script, image or input changed."""
    for item in bundle.items:
        if item.kind != "Job":
            continue
        content = {key: value for key, value in item.manifest["spec"].items() if key != "suspend"}
        bundle.job_names[item.id] = f"{item.name}-{_digest(content)[:8]}"
