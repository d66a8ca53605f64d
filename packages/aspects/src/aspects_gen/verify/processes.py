"""The Jobs of a composed environment, run to their end as processes of this machine."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from aspects_gen.compose.bundle import Bundle
from aspects_gen.engine.process import Engine
from aspects_gen.pods import Secrets, find_pod, lay_pod, manifest_path, origin_of, shown_files
from aspects_gen.verify.tied import run_tied

WAIT_SECONDS = "20"
"""How long a script waits for the engine, which answers already: anything longer is a wrong password."""

OUTPUT = "output.log"


class Done(NamedTuple):
    """What a pod's process left behind."""

    status: int
    output: str
    folder: Path
    """Holds a folder for each volume."""


def make_secrets(bundle: Bundle) -> Secrets:
    """Return a random value for every key of every Secret that an environment names."""
    return {
        name: {key: secrets.token_hex(16) for key in secret["keys"]}
        for name, secret in bundle.secrets.items()
    }


class Processes:
    """The Jobs of one environment.

    Args:
        bundle: the environment, composed.
        folder: scratch folder; each run gets one below.
        values: of the Secrets.
    """

    def __init__(self, bundle: Bundle, folder: Path, values: Secrets) -> None:
        self._bundle = bundle
        self._folder = folder
        self._secrets = values

    def manifest_path(self, job: str) -> str:
        """Return where a Job's manifest is in the output."""
        return manifest_path(self._bundle, _owner(job))

    def files(self, config_map: str) -> dict[str, str]:
        """Return path to text of a ConfigMap, without those that it is split into."""
        return self._bundle.files[config_map].files

    def origin(self, job: str, path: str) -> str:
        """Return where in the output a file of a pod comes from, or the path where nothing is known."""
        return origin_of(self._bundle, _owner(job), path)

    def passwords(self, job: str) -> dict[str, str]:
        """Return the passwords that a Job gets as files: file name to password."""
        return {
            path: self._secrets[name][key]
            for volume in find_pod(self._bundle, _owner(job)).get("volumes", [])
            for kind, name, key, path in shown_files(self._bundle, volume)
            if kind == "secret"
        }

    def run(
        self,
        job: str,
        engine: Engine,
        command: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        arguments: Sequence[str] = (),
    ) -> Done:
        """Run a Job's only container to its end.

        Args:
            job: its name; the id of a CronJob to run one now.
            engine: takes the place of the ClickHouse server that the manifest names.
            command: instead of the container's own.
            environment: instead of what the manifest says.
            arguments: words that follow the command.
        """
        folder = self._folder / f"{job.rpartition('/')[2]}-{secrets.token_hex(3)}"
        folder.mkdir(parents=True)
        (process,) = lay_pod(self._bundle, _owner(job), folder, self._secrets)
        words = [*(command or process.command), *arguments]
        words[0] = sys.executable if words[0] == "python" else words[0]
        here = {
            "CLICKHOUSE_HOST": engine.host,
            "CLICKHOUSE_PORT": str(engine.port),
            "CLICKHOUSE_TLS": "false",
            "WAIT_SECONDS": WAIT_SECONDS,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        }
        own = {k: v for k, v in process.env.items() if k not in ("CLICKHOUSE_CA", "SSL_CERT_FILE")}
        with (folder / OUTPUT).open("wb") as output:
            status = run_tied(
                words, env={**own, **here, **environment}, folder=folder, output=output
            )
        return Done(status, (folder / OUTPUT).read_text("utf-8", errors="replace"), folder)


def _owner(job: str) -> str:
    """Return the id of what a name or an id stands for."""
    return job if "/" in job else f"job/{job}"
