"""Rules about sizes and texts: what the API server takes, and what a reviewer can read."""

from __future__ import annotations

from collections.abc import Iterator

from aspects_gen.lint.finding import Flaw, blame, file_of
from aspects_gen.lint.survey import Survey

MAX_BYTES = 1_048_576
"""Bytes of one object. Source: etcd refuses requests over 1.5 MiB, the API server ConfigMaps over 1 MiB;
https://kubernetes.io/docs/concepts/configuration/configmap/#motivation"""

MAX_APPLIED_BYTES = 262_144
"""Bytes that client-side apply can note in its annotation; server-side apply has no such limit.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/, and the limit of annotations.
"""

SERVER_SIDE = "ServerSideApply=true"


def _sizes(survey: Survey) -> Iterator[tuple[str, str, int]]:
    """Yield object, file and bytes of each object."""
    for item in survey.items:
        file = file_of(item)
        yield f"{item.kind}/{item.name}", file, len(survey.tree.get(file, "").encode())
    for name, files in survey.bundle.files.items():
        size = sum(len(text.encode()) + len(path) for path, text in files.files.items())
        yield f"ConfigMap/{name}", f"{files.folder}/kustomization.yaml", size


def check_objects(survey: Survey) -> Iterator[Flaw]:
    """Yield objects that the API server refuses for their size."""
    for name, file, size in _sizes(survey):
        if size > MAX_BYTES:
            problem = f"takes {size} bytes of {MAX_BYTES}"
            yield Flaw(name, file, problem, "split it in two")


def check_applied(survey: Survey) -> Iterator[Flaw]:
    """Yield objects that only server-side apply can bring to the cluster, where it is not on."""
    large = [entry for entry in _sizes(survey) if entry[2] > MAX_APPLIED_BYTES]
    if not large or _is_server_side(survey):
        return
    for name, file, size in large:
        problem = f"takes {size} bytes: client-side apply fails over {MAX_APPLIED_BYTES}"
        fix = "apply with `kubectl apply --server-side -k`, or let Argo CD deliver"
        yield Flaw(name, file, problem, fix, ("argocd", "delivery"))


def _is_server_side(survey: Survey) -> bool:
    specs = [manifest.get("spec", {}) for manifest in survey.argocd.values()]
    specs += [spec["template"]["spec"] for spec in specs if "template" in spec]
    options = [spec.get("syncPolicy", {}).get("syncOptions", []) for spec in specs]
    return any(SERVER_SIDE in found for found in options)


def check_texts(survey: Survey) -> Iterator[Flaw]:
    """Yield files with tabs, carriage returns or blanks at the ends of lines."""
    for path, text in survey.tree.items():
        if "/files/" not in path and not path.startswith("lms/"):
            continue
        found = [word for mark, word in _MARKS.items() if mark in text]
        if text.endswith(" "):
            found.append("blanks at the end")
        if found:
            problem = f"contains {' and '.join(found)}"
            yield Flaw(f"File/{path}", path, problem, "write the file without them")


_MARKS = {"\t": "tabs", "\r": "carriage returns", " \n": "blanks at the ends of lines"}


def check_data_guard(survey: Survey) -> Iterator[Flaw]:
    """Yield objects that hold data and that Argo CD would delete without asking."""
    for item in survey.items:
        holds = item.kind in ("Namespace", "PersistentVolumeClaim")
        if holds or item.manifest.get("spec", {}).get("volumeClaimTemplates"):
            annotations = item.manifest["metadata"].get("annotations", {})
            if "Prune=confirm" not in annotations.get("argocd.argoproj.io/sync-options", ""):
                problem = "Argo CD would prune it, with its data, without asking"
                yield blame(item, problem, "leave the annotation to composition")
