"""Rules about names that pods give to other objects: each must exist, or be made by the operator."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Pod, Survey

BUILT_IN_PRIORITIES = ("system-cluster-critical", "system-node-critical")


class Use(NamedTuple):
    """One mention of a ConfigMap or Secret by a pod."""

    name: str
    keys: tuple[str, ...]
    """Keys that must be there; empty: whatever there is."""
    place: str
    """Where in the pod, for people."""
    is_optional: bool


def uses_of(pod: Pod, kind: str) -> Iterator[Use]:
    """Yield what a pod mentions of a kind.

    Args:
        pod: the pod.
        kind: configMap or secret, as the fields of a pod begin.
    """
    for container in pod.containers:
        where = f"container {container['name']}"
        for entry in container.get("env", []):
            reference = entry.get("valueFrom", {}).get(f"{kind}KeyRef")
            if reference:
                yield _make_use(reference, [reference], f"{where}, env {entry['name']}")
        for entry in container.get("envFrom", []):
            if f"{kind}Ref" in entry:
                yield _make_use(entry[f"{kind}Ref"], [], f"{where}, envFrom")
    for volume in pod.volumes:
        for source in (volume, *volume.get("projected", {}).get("sources", [])):
            if kind in source:
                items = source[kind].get("items", [])
                yield _make_use(source[kind], items, f"volume {volume['name']}")


def _make_use(source: dict[str, Any], items: list[dict[str, Any]], place: str) -> Use:
    # a Secret volume says secretName where everything else says name
    name = source.get("secretName") or source["name"]
    keys = tuple(entry["key"] for entry in items)
    return Use(name, keys, place, bool(source.get("optional")))


def _required(survey: Survey, kind: str) -> Iterator[tuple[Pod, Use]]:
    """Yield what pods cannot start without."""
    for pod in survey.pods:
        yield from ((pod, use) for use in uses_of(pod, kind) if not use.is_optional)


def check_config_maps(survey: Survey) -> Iterator[Flaw]:
    """Yield mentions of ConfigMaps, or keys of them, that nothing emits."""
    for pod, use in _required(survey, "configMap"):
        keys = survey.config_maps.get(use.name)
        if keys is None and not survey.is_made_elsewhere("configmap", use.name):
            problem = f"{use.place} names the ConfigMap {use.name}, which nothing emits"
            yield blame(pod.item, problem, "emit it in the service's `files`, or fix the name")
        for key in _missing_keys(use, keys):
            problem = f"{use.place} names the key {key}, which ConfigMap {use.name} lacks"
            yield blame(pod.item, problem, "add the file, or fix the key")


def _missing_keys(use: Use, keys: Container[str] | None) -> list[str]:
    """Return the keys that a source lacks; none where the source itself is unknown."""
    return [] if keys is None else [key for key in use.keys if key not in keys]


def check_secrets(survey: Survey) -> Iterator[Flaw]:
    """Yield mentions of Secrets, or keys of them, that nobody declares."""
    for pod, use in _required(survey, "secret"):
        secret = survey.bundle.secrets.get(use.name)
        if secret is None:
            problem = f"{use.place} names the Secret {use.name}, which nobody declares"
            yield blame(
                pod.item, problem, "declare it in the service's `secrets`, or fix the name"
            )
        for key in _missing_keys(use, secret["keys"] if secret else None):
            problem = f"{use.place} names the key {key}, undeclared in Secret {use.name}"
            yield blame(pod.item, problem, "declare the key in the service's `secrets`")


def check_pull_secrets(survey: Survey) -> Iterator[Flaw]:
    """Yield image pull Secrets that the values do not name."""
    named = survey.settings["kubernetes"]["imagePullSecrets"]
    for pod in survey.pods:
        for entry in pod.spec.get("imagePullSecrets", []):
            if entry["name"] not in named and entry["name"] not in survey.bundle.secrets:
                problem = f"pulls images with the Secret {entry['name']}, which nobody declares"
                key = ("kubernetes", "imagePullSecrets")
                yield blame(pod.item, problem, "name it in kubernetes.imagePullSecrets", key)


def check_accounts(survey: Survey) -> Iterator[Flaw]:
    """Yield pods under a ServiceAccount that nothing emits."""
    for pod in survey.pods:
        name = pod.spec.get("serviceAccountName", "default")
        made = survey.has("ServiceAccount", name) or survey.is_made_elsewhere(
            "serviceaccount", name
        )
        if not made and name != "default":
            problem = f"runs as the ServiceAccount {name}, which nothing emits"
            yield blame(pod.item, problem, "emit the ServiceAccount, or fix the name")


def check_claims(survey: Survey) -> Iterator[Flaw]:
    """Yield volumes of a PersistentVolumeClaim that nothing emits."""
    for pod in survey.pods:
        for volume in pod.volumes:
            name = volume.get("persistentVolumeClaim", {}).get("claimName")
            if name is None or survey.has("PersistentVolumeClaim", name):
                continue
            if name in _template_claims(survey) or survey.is_made_elsewhere("claim", name):
                continue
            problem = f"volume {volume['name']} names the claim {name}, which nothing emits"
            yield blame(pod.item, problem, "emit the PersistentVolumeClaim, or fix the name")


def _template_claims(survey: Survey) -> set[str]:
    """Return the names of the claims that StatefulSets make: TEMPLATE-SET-ORDINAL."""
    return {
        f"{claim['metadata']['name']}-{pod.item.name}-{ordinal}"
        for pod in survey.pods
        for claim in pod.item.manifest["spec"].get("volumeClaimTemplates", [])
        for ordinal in range(pod.replicas)
    }


def check_priorities(survey: Survey) -> Iterator[Flaw]:
    """Yield priority classes that are neither emitted, built in nor chosen by the operator."""
    for pod in survey.pods:
        name = pod.spec.get("priorityClassName", "")
        if not name or name in BUILT_IN_PRIORITIES or survey.has("PriorityClass", name):
            continue
        if not survey.is_made_elsewhere("priorityclassname", name):
            problem = f"names the PriorityClass {name}, which nothing emits"
            yield blame(pod.item, problem, "emit it, or leave the choice to the workload's values")


def check_unread(survey: Survey) -> Iterator[Flaw]:
    """Yield ConfigMaps that no pod reads."""
    read = {use.name for pod in survey.pods for use in uses_of(pod, "configMap")}
    for name, files in survey.bundle.files.items():
        if name not in read:
            first = min(files.files, default="")
            file = f"{files.folder}/files/{name}/{first}"
            fix = "mount it where it is needed, or emit it no longer"
            yield Flaw(f"ConfigMap/{name}", file, "no pod reads this ConfigMap", fix)
