"""A slice of values, fake tools and a run of the emitted topology on real VRL."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import pytest

import aspects_vector

PACKAGE = Path(aspects_vector.__file__).parent
ROOT_SCHEMA = Path(__file__).parents[2] / "aspects/src/aspects_gen/values/root.schema.json"


def merged(base: Any, over: Any) -> Any:
    """Deep-merge maps; anything else is replaced."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return copy.deepcopy(over)
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def defaults(schema: dict[str, Any], profile: str) -> Any:
    """Fill a slice as the generator does: properties, the object's own default, its profile."""
    found: Any = None
    if "properties" in schema:
        filled = {k: defaults(s, profile) for k, s in schema["properties"].items()}
        found = {k: v for k, v in filled.items() if v is not None}
    for more in (schema.get("default"), schema.get("x-profiles", {}).get(profile)):
        if more is not None:
            found = merged(found, more)
    return found


class FakeTools:
    """The tools a service is handed, with one ClickHouse in the deployment."""

    def __init__(self) -> None:
        self.site = {"namespace": "aspects", "environment": "test", "profile": "starter"}
        self.endpoints: dict[str, dict[str, Any]] = {
            "clickhouse/http": {
                "name": "http",
                "host": "clickhouse",
                "port": 8123,
                "tls": False,
                "workload": "statefulset/clickhouse",
            }
        }

    def render(self, template: str, **variables: Any) -> str:
        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )
        return environment.from_string(self.read(template)).render(**variables)

    def read(self, path: str) -> str:
        return (PACKAGE / path).read_text(encoding="utf-8")

    def image(self, component: str) -> str:
        image = aspects_vector.images()[component]
        return f"{image['repository']}:{image['tag']}"

    def endpoint(self, endpoint_id: str) -> dict[str, Any] | None:
        return self.endpoints.get(endpoint_id)

    def cluster_name(self, name: str) -> str:
        return f"{self.site['namespace']}-{self.site['environment']}-{name}"


@pytest.fixture
def sidecar_files(emit):
    """Return a function that gives the sidecar's files for values."""
    return lambda **changes: files_of(
        emit(mode="sidecar", **{k: v for k, v in changes.items() if k != "mode"}), "vector-sidecar"
    )


def files_of(output: dict[str, Any], name: str) -> dict[str, str]:
    """Return the files of a ConfigMap, or those of that folder for the LMS."""
    if name in output["files"]:
        return output["files"][name]
    folder = f"{name}/"
    return {
        p.removeprefix(folder): t for p, t in output["lms_files"].items() if p.startswith(folder)
    }


@pytest.fixture
def tools() -> FakeTools:
    return FakeTools()


@pytest.fixture
def make_values():
    """Return values of the slice: defaults of a profile, then what a test sets."""

    def make(profile: str = "starter", **changes: Any) -> dict[str, Any]:
        base = defaults(aspects_vector.schema(), profile)
        result: dict[str, Any] = merged(base, {"enabled": True, **changes})
        return result

    return make


@pytest.fixture
def emit(make_values, tools):
    """Return the output for values given as keywords."""

    def run(profile: str = "starter", **changes: Any) -> dict[str, Any]:
        return aspects_vector.emit(make_values(profile, **changes), tools)

    return run


@pytest.fixture
def config_of(emit):
    """Return a process's Vector configuration, parsed."""

    def run(name: str, profile: str = "starter", **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(files_of(emit(profile, **changes), name)["vector.json"])
        return found

    return run


@pytest.fixture
def find():
    """Return the one object of a kind and name."""

    def run(output: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
        (found,) = [
            o for o in output["objects"] if (o["kind"], o["metadata"]["name"]) == (kind, name)
        ]
        return found

    return run


class Flow:
    """Runs lines through the transforms of an emitted configuration, on a real VRL runtime."""

    def __init__(self, files: dict[str, str]) -> None:
        from vrl_python import VRLRuntime

        self.config = json.loads(files["vector.json"])
        self.files = files
        self.new_runtime = lambda: VRLRuntime("UTC")
        self.runtimes: dict[str, Any] = {}

    def rows(self, source: str, event: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return the rows that reach each sink when a source reads an event."""
        reached: dict[str, list[dict[str, Any]]] = {}
        waiting = [(source, event)]
        while waiting:
            output, now = waiting.pop()
            for name, sink in self.config["sinks"].items():
                if output in sink["inputs"]:
                    reached.setdefault(name, []).append(now)
            for name, transform in self.config["transforms"].items():
                if output in transform["inputs"]:
                    waiting += self._step(name, transform, now)
        return reached

    def _step(
        self, name: str, transform: dict[str, Any], event: dict[str, Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        if transform["type"] == "remap":
            program = self.files[transform["file"].removeprefix("/etc/vector/")]
            return [(name, self._run(program, event).processed_event)]
        if transform["type"] == "filter":
            return [(name, event)] if self._is(transform["condition"], event) else []
        if transform["type"] == "route":
            routes = transform["route"].items()
            hits = [key for key, condition in routes if self._is(condition, event)]
            return [(f"{name}.{key}", event) for key in hits or ["_unmatched"]]
        assert transform["type"] == "log_to_metric"
        (metric,) = transform["metrics"]
        tags = {key: event[text.strip("{} ")] for key, text in metric["tags"].items()}
        return [(name, tags)]

    def _is(self, condition: str, event: dict[str, Any]) -> bool:
        return self._run(condition, event).runtime_result is True

    def _run(self, program: str, event: dict[str, Any]) -> Any:
        # a runtime keeps the last program it compiled
        runtime = self.runtimes.setdefault(program, self.new_runtime())
        return runtime.execute(program, copy.deepcopy(event))


class OldAnswer(NamedTuple):
    """What a program of the older runtime leaves behind."""

    processed_event: Any
    runtime_result: Any


class OldRuntime:
    """VRL 0.15, far older than any Vector that is deployed; it returns a program's last value."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def execute(self, program: str, event: dict[str, Any]) -> OldAnswer:
        """Run a program, or a condition, on an event."""
        pyvrl = pytest.importorskip("pyvrl", reason="built for CPython 3.11 alone")
        if program not in self._known:
            self._known[program] = [pyvrl.Transform(program + tail) for tail in ("\n.", "")]
        after, result = self._known[program]
        return OldAnswer(after.remap(copy.deepcopy(event)), result.remap(event))


@pytest.fixture
def old_flow(flow):
    """Return a run of a process's transforms on the older runtime."""

    def make(*args: Any, **changes: Any) -> Flow:
        found = flow(*args, **changes)
        found.new_runtime = OldRuntime
        return found

    return make


@pytest.fixture
def flow(emit):
    """Return a run of a process's transforms."""

    def make(name: str, profile: str = "starter", **changes: Any) -> Flow:
        return Flow(files_of(emit(profile, **changes), name))

    return make
