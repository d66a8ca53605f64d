"""One Job that a person starts, composed like all others, as objects to apply. Called by `cli.job`.

What the build makes is not changed by it: whatever the Job needs besides stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aspects_gen.compose.bundle import Bundle, Item, containers, pod_template
from aspects_gen.compose.configmaps import file_key
from aspects_gen.compose.labels import NAME
from aspects_gen.compose.pipeline import compose
from aspects_gen.environment import Place
from aspects_gen.generate import load_values
from aspects_gen.images.lock import read_lock
from aspects_gen.services.contract import Manifest, Output, Service, Tools
from aspects_gen.services.registry import discover_services
from aspects_gen.values.resolve import SPANNING

Build = Callable[[dict[str, Any], Tools], Output]
"""Complete values and tools to an output with one Job."""

KEPT_SECONDS = 7 * 24 * 3600
"""How long a Job that has ended stays, for its logs to be read."""


class With:
    """The spanning service with one output more; all else is its own."""

    def __init__(self, service: Service, build: Build) -> None:
        self._service, self._build = service, build
        self.extra: Output = {}

    def __getattr__(self, name: str) -> Any:
        """Return what the service has."""
        return getattr(self._service, name)

    def emit(self, values: dict[str, Any], tools: Tools) -> Output:
        """Return the service's output and the other."""
        own, self.extra = self._service.emit(values, tools), self._build(values, tools)
        merged: dict[str, Any] = dict(own)
        for key, value in self.extra.items():
            known = merged.get(key)
            merged[key] = value if known is None else _joined(known, value)
        return merged  # type: ignore[return-value]  # the keys are an output's


def compose_added(place: Place, job: str, build: Build, run: str) -> list[Manifest]:
    """Return a Job that the build does not make, with its ConfigMaps and network policies.

    Args:
        place: the environment.
        job: the name of the Job in what `build` returns.
        build: makes it.
        run: ends the name, so that the same Job can run again.

    Raises:
        ValueError: what `build` has against it.
        ValuesError: what is wrong with the values.
    """
    services = dict(discover_services())
    with_job: Any = With(services[SPANNING], build)
    services[SPANNING] = with_job
    values = load_values(place, services)
    if not values.data[SPANNING]["enabled"]:
        raise ValueError("aspects.enabled is false in this environment")
    bundle = compose(values, services, read_lock(place.lock).digest_of)
    added = with_job.extra.get("files", {})
    return [
        *_config_maps(bundle, [n for n in bundle.files if n in added or n[:-2] in added]),
        *_policies(bundle, job),
        _once(bundle, f"job/{job}", run),
    ]


def compose_again(place: Place, owner: str, run: str, arguments: list[str]) -> list[Manifest]:
    """Return a Job that the build makes, or that a CronJob starts, under a name of its own.

    Args:
        place: the environment.
        owner: id of the Job or CronJob.
        run: ends the name.
        arguments: words that follow the container's command.

    Raises:
        ValueError: this environment has none.
        ValuesError: what is wrong with the values.
    """
    services = discover_services()
    bundle = compose(load_values(place, services), services, read_lock(place.lock).digest_of)
    if owner not in {item.id for item in bundle.owners()}:
        raise ValueError(f"this environment has no {owner.replace('/', ' ')}")
    manifest = _once(bundle, owner, run)
    main = containers(pod_template(manifest)["spec"])[-1]
    main["command"] = [*main["command"], *arguments]
    return [manifest]


def _once(bundle: Bundle, owner: str, run: str) -> Manifest:
    item = next(item for item in bundle.owners() if item.id == owner)
    spec = item.manifest["spec"]
    if item.kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    name = f"{bundle.job_names.get(owner, item.name)}-{run}"
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(item, name),
        "spec": {**spec, "ttlSecondsAfterFinished": KEPT_SECONDS},
    }


def _metadata(item: Item, name: str) -> dict[str, Any]:
    """Return an object's metadata under another name, without what Argo CD reads."""
    found = {**item.manifest["metadata"], "name": name}
    kept = found.get("annotations", {}).items()
    found["annotations"] = {k: v for k, v in kept if not k.startswith("argocd.argoproj.io/")}
    return found


def _config_maps(bundle: Bundle, names: list[str]) -> Iterator[Manifest]:
    namespace = bundle.settings["kubernetes"]["namespace"]
    for name in names:
        files = bundle.files[name].files
        yield {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace, "labels": {NAME: name}},
            "data": {file_key(path): text for path, text in sorted(files.items())},
        }


def _policies(bundle: Bundle, job: str) -> Iterator[Manifest]:
    """Yield the Job's own policy, and one for each server that must let it in.

    Policies add up, so those of the build stay as they are.
    """
    peer = {"podSelector": {"matchLabels": {NAME: job}}}
    for item in bundle.items:
        if item.kind != "NetworkPolicy":
            continue
        if item.name == job:
            yield {**item.manifest, "metadata": _metadata(item, job)}
            continue
        spec = item.manifest["spec"]
        rules = [rule for rule in spec.get("ingress", []) if peer in rule.get("from", [])]
        if rules:
            admitted = {
                "podSelector": spec["podSelector"],
                "policyTypes": ["Ingress"],
                "ingress": [{**rule, "from": [peer]} for rule in rules],
            }
            metadata = _metadata(item, f"{job}-to-{item.name}")
            yield {**item.manifest, "metadata": metadata, "spec": admitted}


def _joined(known: Any, more: Any) -> Any:
    return {**known, **more} if isinstance(known, dict) else [*known, *more]
