"""A Job's pod as a process of this machine: its own files, environment and command, read from its manifest."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

from aspects_gen.engine.process import Engine

FOLDER = "aspects"
"""Folder of the output that holds the Jobs tried here."""

WAIT_SECONDS = "20"
"""How long a script waits for the engine, which answers already: anything longer is a wrong password."""

Ref = tuple[str, str]
"""Name and key of a Secret."""


class Done(NamedTuple):
    """What a pod's process left behind."""

    status: int
    output: str
    folder: Path
    """Stands for the pod's root."""


class Source(NamedTuple):
    """What one file of a pod holds."""

    path: str
    """In the output; empty for a password."""
    text: str


class Passwords:
    """A random password for each Secret's key, the same whenever it is asked for."""

    def __init__(self) -> None:
        self._known: dict[Ref, str] = {}

    def of(self, name: str, key: str) -> str:
        """Return the password of a Secret's key."""
        return self._known.setdefault((name, key), secrets.token_hex(16))


class Pods:
    """The Jobs of one environment's output.

    Args:
        tree: the output, path to text.
        folder: scratch folder; each pod gets one below.
        passwords: for every Secret that a pod names.
    """

    def __init__(self, tree: Mapping[str, str], folder: Path, passwords: Passwords) -> None:
        self._tree = tree
        self._folder = folder
        self._passwords = passwords
        self._maps = config_maps(tree)

    def manifest_path(self, job: str) -> str:
        """Return where a Job's manifest is in the output."""
        return f"{FOLDER}/job-{job}.yaml"

    def manifest(self, job: str) -> dict[str, Any]:
        """Return a Job's pod spec."""
        loaded = yaml.load(
            self._tree[self.manifest_path(job)],
            Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506  both are safe
        )
        spec: dict[str, Any] = loaded["spec"]["template"]["spec"]
        return spec

    def files(self, config_map: str) -> dict[str, str]:
        """Return key to text of a ConfigMap, without those that it is split into."""
        return {key: self._tree[path] for key, path in self._maps[config_map].items()}

    def origin(self, job: str, path: str) -> str:
        """Return where in the output a file of a pod comes from, or the path where nothing is known."""
        for mount, files in self._mounts(job):
            for inside, source in files.items():
                if path == f"{mount}/{inside}" and source.path:
                    return source.path
        return path

    def passwords(self, job: str) -> dict[str, str]:
        """Return the passwords that a Job gets as files: file name to password."""
        return {
            item["path"]: self._passwords.of(source["secret"]["name"], item["key"])
            for volume in self.manifest(job).get("volumes", [])
            for source in volume.get("projected", {}).get("sources", [])
            if "secret" in source
            for item in source["secret"]["items"]
        }

    def run(
        self,
        job: str,
        engine: Engine,
        command: tuple[str, ...] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> Done:
        """Run a Job's only container to its end.

        Args:
            job: its name.
            engine: takes the place of the ClickHouse server that the manifest names.
            command: instead of the container's own.
            environment: instead of what the manifest says.
        """
        root = self._folder / f"{job}-{secrets.token_hex(3)}"
        container = self.manifest(job)["containers"][0]
        for mount, files in self._mounts(job):
            for inside, source in files.items():
                target = root / mount.strip("/") / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(source.text, encoding="utf-8")
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        for mount in mounts:
            (root / mount.strip("/")).mkdir(parents=True, exist_ok=True)
        words = [_inside(root, mounts, word) for word in command or container["command"]]
        words[0] = sys.executable if words[0] == "python" else words[0]
        own = self._environment(container, root, mounts, engine)
        status, output = run_tied(words, root, {**own, **environment})
        return Done(status, output, root)

    def _environment(
        self, container: dict[str, Any], root: Path, mounts: list[str], engine: Engine
    ) -> dict[str, str]:
        found = {}
        for entry in container["env"]:
            if "value" in entry:
                found[entry["name"]] = _inside(root, mounts, entry["value"])
            else:
                ref = entry["valueFrom"]["secretKeyRef"]
                found[entry["name"]] = self._passwords.of(ref["name"], ref["key"])
        for name in ("CLICKHOUSE_CA", "SSL_CERT_FILE"):
            found.pop(name, None)
        return found | {
            "CLICKHOUSE_HOST": engine.host,
            "CLICKHOUSE_PORT": str(engine.port),
            "CLICKHOUSE_TLS": "false",
            "WAIT_SECONDS": WAIT_SECONDS,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        }

    def _mounts(self, job: str) -> list[tuple[str, dict[str, Source]]]:
        """Return each mount's path and files, by their path inside it."""
        spec = self.manifest(job)
        volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
        shown = spec["containers"][0]["volumeMounts"]
        return [(m["mountPath"], self._volume(volumes[m["name"]])) for m in shown]

    def _volume(self, volume: dict[str, Any]) -> dict[str, Source]:
        files: dict[str, Source] = {}
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            if "configMap" in source:
                keys = self._maps[source["configMap"]["name"]]
                items = source["configMap"].get("items") or [
                    {"key": key, "path": key} for key in keys
                ]
                paths = {item["path"]: keys[item["key"]] for item in items}
                files |= {name: Source(path, self._tree[path]) for name, path in paths.items()}
            if "secret" in source:
                secret = source["secret"]
                name = secret.get("name") or secret["secretName"]
                files |= {
                    item["path"]: Source("", self._passwords.of(name, item["key"]))
                    for item in secret.get("items", [])
                }
        return files


def config_maps(tree: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return ConfigMap to key to path in the output, as the folder's kustomization makes them."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded = yaml.load(tree[f"{FOLDER}/kustomization.yaml"], Loader=loader)  # noqa: S506
    found: dict[str, dict[str, str]] = {}
    for generator in loaded.get("configMapGenerator", []):
        keys = found[generator["name"]] = {}
        for entry in generator["files"]:
            key, _, path = entry.rpartition("=")
            keys[key or path.rpartition("/")[2]] = f"{FOLDER}/{path}"
    return found


def run_tied(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Return exit status and output of a process that ends when this one does, however that comes about."""
    tied = [sys.executable, "-m", "aspects_gen.verify.tied", *words]
    with subprocess.Popen(
        tied,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as child:
        if child.stdout is None or child.stdin is None:
            raise RuntimeError("a process without pipes")
        try:
            output = child.stdout.read()
        finally:
            child.stdin.close()
        return child.wait(), output


def _inside(root: Path, mounts: list[str], text: str) -> str:
    """Return a word with a path of the pod replaced by that of the folder that stands for it."""
    for mount in sorted(mounts, key=len, reverse=True):
        if text == mount or text.startswith(f"{mount}/"):
            return f"{root}{text}"
    return text
