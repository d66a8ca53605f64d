"""Rules about volumes and where containers mount them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Pod, Survey

FROZEN_BY_SUBPATH = ("configMap", "secret", "projected", "downwardAPI")


def _volume_names(pod: Pod) -> list[str]:
    claims = pod.item.manifest["spec"].get("volumeClaimTemplates", [])
    return [volume["name"] for volume in pod.volumes] + [c["metadata"]["name"] for c in claims]


def check_mounts(survey: Survey) -> Iterator[Flaw]:
    """Yield mounts of volumes that the pod does not have."""
    for pod, container in survey.containers():
        names = _volume_names(pod)
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in names:
                where = f"container {container['name']}"
                problem = f"{where} mounts the missing volume {mount['name']}"
                yield blame(pod.item, problem, "add the volume to the pod, or fix the name")


def check_mount_paths(survey: Survey) -> Iterator[Flaw]:
    """Yield paths at which a container mounts two volumes."""
    for pod, container in survey.containers():
        mounts = container.get("volumeMounts", [])
        paths = Counter(mount["mountPath"].rstrip("/") or "/" for mount in mounts)
        for path, count in paths.items():
            if count > 1:
                problem = f"container {container['name']} mounts {count} volumes at {path}"
                yield blame(pod.item, problem, "mount one volume at one path")


def check_volume_names(survey: Survey) -> Iterator[Flaw]:
    """Yield volume names that a pod uses twice."""
    for pod in survey.pods:
        for name, count in Counter(_volume_names(pod)).items():
            if count > 1:
                problem = f"{count} volumes are named {name}"
                yield blame(pod.item, problem, "give each volume a name of its own")


def check_unmounted(survey: Survey) -> Iterator[Flaw]:
    """Yield volumes that no container mounts."""
    for pod in survey.pods:
        mounted = {m["name"] for c in pod.containers for m in c.get("volumeMounts", [])}
        for name in _volume_names(pod):
            if name not in mounted:
                problem = f"no container mounts the volume {name}"
                yield blame(pod.item, problem, "mount the volume, or remove it")


def check_subpaths(survey: Survey) -> Iterator[Flaw]:
    """Yield mounts of one file of a ConfigMap or Secret, which never see a change."""
    for pod, container in survey.containers():
        frozen = {v["name"] for v in pod.volumes if any(k in v for k in FROZEN_BY_SUBPATH)}
        for mount in container.get("volumeMounts", []):
            if mount.get("subPath") and mount["name"] in frozen:
                where = f"container {container['name']} mounts {mount['mountPath']}"
                problem = f"{where} by subPath: it keeps the old text when its source changes"
                yield blame(pod.item, problem, "mount the folder, or several by `projected`")
