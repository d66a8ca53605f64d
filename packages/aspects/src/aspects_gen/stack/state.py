"""One stack's folder: what is kept between two runs. Readable by its owner only."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from aspects_gen.errors import FIX, UsageError
from aspects_gen.stack.born import start_of
from aspects_gen.stack.process import Processes, StackError

FOLDER = Path(".aspects")
RECORD, SECRETS, LOCK, ATTACHED = "stack.json", "secrets.json", "lock", "up.json"
FOLDERS = ("run", "logs", "pods", "values", "superset")
DOWN_SECONDS = 120


class State:
    """The folder of one stack.

    Attributes:
        record: environment, ports, Jobs that are done, demo data that is in; see `save`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.record: dict[str, Any] = {}
        self._turn = threading.Lock()
        self.processes = Processes(self.folder / "run", self.folder / "logs")

    @property
    def exists(self) -> bool:
        """Tell whether a stack was ever started here."""
        return (self.folder / RECORD).exists()

    def open(self) -> None:
        """Make the folder where it is missing, and read what is kept.

        Raises:
            UsageError: the folder holds something else.
        """
        if self.folder.exists() and not self.exists and any(self.folder.iterdir()):
            raise UsageError(
                f"--state: {self.folder} is no folder of a stack, and not empty"
                f"{FIX}name another folder; `up` makes it"
            )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        if not self.exists:
            self.save()
        for name in FOLDERS:
            (self.folder / name).mkdir(exist_ok=True)
        self.read()

    def read(self) -> None:
        """Read what is kept.

        Raises:
            StackError: it cannot be read.
        """
        try:
            self.record = json.loads((self.folder / RECORD).read_text("utf-8"))
        except ValueError as error:
            raise StackError(
                f"{self.folder / RECORD} is damaged: {error}{FIX}aspects-gen reset --state {self.folder}"
            ) from error

    def save(self, **changes: Any) -> None:
        """Change what is kept, whole or not at all."""
        self.record |= changes
        write_private(self.folder / RECORD, json.dumps(self.record, indent=1, sort_keys=True))

    def note(self, part: str, name: str, value: str) -> None:
        """Note that something is done, also while another thread does."""
        with self._turn:
            self.save(**{part: self.record.get(part, {}) | {name: value}})

    def lock(self) -> IO[str]:
        """Take the stack for this process until it ends.

        Raises:
            StackError: another `up` has it.
        """
        handle = (self.folder / LOCK).open("a", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.close()
            raise StackError(
                f"another `aspects-gen up` works on {self.folder}"
                f"{FIX}wait for it, or end it with: aspects-gen down --state {self.folder}"
            ) from error
        known = {"pid": os.getpid(), "start": start_of(os.getpid())}
        write_private(self.folder / ATTACHED, json.dumps(known))
        return handle

    def dismiss(self) -> None:
        """Tell an `up` that is still attached to end, and wait until it has.

        Raises:
            StackError: it did not.
        """
        if not (self.folder / LOCK).exists():
            return
        deadline = time.monotonic() + DOWN_SECONDS
        told = False
        with (self.folder / LOCK).open("a", encoding="utf-8") as handle:
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    told = told or self._tell()
                    time.sleep(0.1)
                else:
                    return
        raise StackError(f"the `aspects-gen up` on {self.folder} did not end{FIX}end it yourself")

    def _tell(self) -> bool:
        try:
            known = json.loads((self.folder / ATTACHED).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        if start_of(known["pid"]) != known["start"] or known["pid"] == os.getpid():
            return False
        os.kill(known["pid"], signal.SIGTERM)
        return True

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder)


class Secrets:
    """A random value for each key of a Secret, made when first asked for and kept in a private file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / SECRETS
        try:
            self._known: dict[str, str] = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            self._known = {}

    def of(self, name: str, key: str) -> str:
        """Return the value of a Secret's key."""
        place = f"{name}/{key}"
        if place not in self._known:
            self._known[place] = secrets.token_urlsafe(30)  # 40 characters: signing keys need 32
            write_private(self._file, json.dumps(self._known, indent=1, sort_keys=True))
        return self._known[place]

    def fill(self, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
        """Return Secret to key to value.

        Args:
            wanted: Secret to its keys.
        """
        return {name: {key: self.of(name, key) for key in keys} for name, keys in wanted.items()}


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone may read, whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
    draft.replace(file)
