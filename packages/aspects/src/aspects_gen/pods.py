"""A pod of a composed environment as processes of this machine. Called by `stack`, `verify` and tests.

The composed object says what runs: its commands, environment and volumes. Only what a machine has
instead of a cluster differs: folders for mounts, values for Secret keys, the loopback for all addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.compose.bundle import Bundle, Item, containers, pod_template
from aspects_gen.compose.configmaps import file_key
from aspects_gen.compose.layout import file_path, item_path

Secrets = Mapping[str, Mapping[str, str]]
"""Secret name -> key -> value."""

ANY_ADDRESS, LOOPBACK = "0.0.0.0", "127.0.0.1"  # noqa: S104 - replaced, never bound


class Process(NamedTuple):
    """What one container runs."""

    name: str
    command: list[str]
    env: dict[str, str]
    """The container's own variables, to be laid over what the machine needs."""


def lay_pod(bundle: Bundle, owner: str, folder: Path, secrets: Secrets) -> list[Process]:
    """Write a pod's volumes below a folder and return its containers, init containers first.

    Args:
        bundle: the environment, composed.
        owner: id of the object that owns the pod, such as deployment/ralph.
        folder: gets one folder per volume; files of an earlier pod are overwritten.
        secrets: the values that the cluster would hold.

    Raises:
        KeyError: the owner, a file, a Secret or one of its keys is not there.
    """
    pod = find_pod(bundle, owner)
    for volume in pod.get("volumes", []):
        _write_volume(bundle, volume, folder / volume["name"], secrets)
    return [_process(container, folder, secrets) for container in containers(pod)]


def find_pod(bundle: Bundle, owner: str) -> dict[str, Any]:
    """Return the spec of the pod that an object owns.

    Raises:
        KeyError: there is no such object.
    """
    spec: dict[str, Any] = pod_template(_find(bundle, owner).manifest)["spec"]
    return spec


def manifest_path(bundle: Bundle, owner: str) -> str:
    """Return where in the output the manifest of an object is that owns a pod."""
    return item_path(_find(bundle, owner))


def origin_of(bundle: Bundle, owner: str, path: str) -> str:
    """Return where in the output a file of a pod comes from, or its path there where nothing is known."""
    pod = find_pod(bundle, owner)
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    for container in containers(pod):
        for shown in container.get("volumeMounts", []):
            for kind, name, key, inside in shown_files(bundle, volumes[shown["name"]]):
                if kind == "configMap" and path == f"{shown['mountPath']}/{inside}":
                    return file_path(name, bundle.files[name], _file_under(bundle, name, key))
    return path


def shown_files(bundle: Bundle, volume: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield every file of a volume as (`configMap` or `secret`, its name, the key, the path below the volume)."""
    for source in volume.get("projected", {}).get("sources", [volume]):
        for kind, name_key in (
            ("configMap", "name"),
            ("secret", "secretName"),
            ("secret", "name"),
        ):
            shown = source.get(kind, {})
            if name_key not in shown:
                continue
            name = shown[name_key]
            known = bundle.secrets[name]["keys"] if kind == "secret" else bundle.files[name].files
            items = shown.get("items") or [
                {"key": key, "path": key} for key in map(file_key, known)
            ]
            for item in items:
                yield kind, name, item["key"], item["path"]


def _find(bundle: Bundle, owner: str) -> Item:
    return {item.id: item for item in bundle.owners()}[owner]


def _file_under(bundle: Bundle, config_map: str, key: str) -> str:
    """Return which file of a ConfigMap stands under a key."""
    return next(path for path in bundle.files[config_map].files if file_key(path) == key)


def _write_volume(bundle: Bundle, volume: dict[str, Any], folder: Path, secrets: Secrets) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name, key, path in shown_files(bundle, volume):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.touch(0o600)
        if kind == "secret":
            file.write_text(secrets[name][key], encoding="utf-8")
        else:
            shown = bundle.files[name].files[_file_under(bundle, name, key)]
            file.write_text(shown, encoding="utf-8")


def _process(container: dict[str, Any], folder: Path, secrets: Secrets) -> Process:
    places = {
        mount["mountPath"]: folder / mount["name"] / mount.get("subPath", "")
        for mount in container.get("volumeMounts", [])
    }
    words = [*container.get("command", []), *container.get("args", [])]
    return Process(
        name=container["name"],
        command=[_localize(word, places) for word in words],
        env={
            entry["name"]: _localize(_value(entry, secrets), places)
            for entry in container.get("env", [])
        },
    )


def _value(entry: dict[str, Any], secrets: Secrets) -> str:
    if "valueFrom" not in entry:
        return str(entry["value"])
    ref = entry["valueFrom"]["secretKeyRef"]
    return secrets[ref["name"]][ref["key"]]


def _localize(word: str, places: Mapping[str, Path]) -> str:
    """Return a word with the folders of mounts, and the loopback, in place of a container's."""
    if word == ANY_ADDRESS:
        return LOOPBACK
    if not places:
        return word
    longest_first = sorted(map(re.escape, places), key=len, reverse=True)
    mounted = re.compile(rf"(?<![\w./-])({'|'.join(longest_first)})(?=[/:,\s]|$)")
    return mounted.sub(lambda match: str(places[match[1]]), word)
