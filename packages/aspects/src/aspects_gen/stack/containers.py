"""Pods of the composed environment as processes: Jobs that run to their end, services that stay."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aspects_gen.compose.bundle import Bundle, pod_template
from aspects_gen.pods import ANY_ADDRESS, LOOPBACK, Process, lay_pod
from aspects_gen.stack.process import failed
from aspects_gen.stack.state import State
from aspects_gen.verify.tied import run_tied

SHARED_MEMORY = "/dev/shm"  # noqa: S108  only looked for

PASSED_ON = ("LANG", "LC_ALL", "TZ", "TMPDIR")
"""What a process gets of this machine's environment, besides PATH."""


class Containers:
    """The pods of one stack.

    Args:
        bundle: the composed environment.
        state: gets a folder for each pod, and the logs.
        secrets: value of each Secret's key.
    """

    def __init__(
        self, bundle: Bundle, state: State, secrets: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._bundle, self._state, self._secrets = bundle, state, secrets
        self._owners = {item.id: item for item in bundle.owners()}

    def job_name(self, job: str) -> str:
        """Return a Job's name with the hash of its content: another name, another run."""
        return self._bundle.job_names[f"job/{job}"]

    def run_job(
        self,
        job: str,
        python: Path | None = None,
        kind: str = "job",
        arguments: Sequence[str] = (),
    ) -> str:
        """Run a Job's containers to their end and return what they said.

        Args:
            job: its name.
            python: of its image; None for this one, which has the packages of the aspects image.
            kind: `job`, or `cronjob` to run one now.
            arguments: words that follow each command.

        Raises:
            StackError: one failed.
        """
        lines = []
        for process in self._lay(f"{kind}/{job}"):
            process.command.extend(arguments)
            lines.append(self._run(job, process, python or Path(sys.executable)))
        return "".join(lines)

    def start(self, name: str, python: Path, port: int) -> bool:
        """Start a Deployment unless it runs with the same content; return whether it was started.

        Raises:
            StackError: an init container failed.
        """
        digest = self._digest(f"deployment/{name}", python)
        known = self._state.processes.find(name)
        if known and known.port == port and known.digest == digest:
            return False
        self._state.processes.stop(name)
        *first, main = self._lay(f"deployment/{name}")
        for process in first:
            self._run(name, process, python)
        self._state.processes.start(
            name,
            words_of(main.command, python),
            self._environment(main, python),
            port=port,
            digest=digest,
            folder=self._folder(f"deployment/{name}"),
        )
        return True

    def _lay(self, owner: str) -> list[Process]:
        return lay_pod(self._bundle, owner, self._folder(owner), self._secrets)

    def _folder(self, owner: str) -> Path:
        return self._state.folder / "pods" / owner.partition("/")[2]

    def _run(self, name: str, process: Process, python: Path) -> str:
        log = self._state.processes.log(name)
        with log.open("ab") as output:
            begun = output.tell()
            status = run_tied(
                words_of(process.command, python),
                env=self._environment(process, python),
                folder=self._state.folder / "pods" / name,
                output=output,
            )
        if status:
            what = f"{name} ended with status {status}"
            raise failed(what, log, "mend what the last lines name, then run it again")
        return log.read_bytes()[begun:].decode(errors="replace")

    def _environment(self, process: Process, python: Path) -> dict[str, str]:
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
        home = {"HOME": str(self._state.folder)}
        # no picture is fetched from Superset's makers for each start
        return passed | home | {"PATH": path, "SCARF_ANALYTICS": "false"} | process.env

    def _digest(self, owner: str, python: Path) -> str:
        """Return a digest of all that a pod runs with; its template carries a checksum of its files."""
        template = pod_template(self._owners[owner].manifest)
        text = json.dumps([template, str(python)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def words_of(command: list[str], python: Path) -> list[str]:
    """Return a container's command for this machine: its Python's programs, the loopback."""
    program = python if command[0] == "python" else python.with_name(command[0])
    words = [str(program) if program.exists() else command[0], *command[1:]]
    if not Path(SHARED_MEMORY).exists():
        words = [word for word in words if not word.endswith(f"={SHARED_MEMORY}")]
    return [word.replace(ANY_ADDRESS, LOOPBACK) for word in words]
