"""Rules about Argo CD's own objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aspects_gen.compose.namespace import CLUSTER_KINDS
from aspects_gen.lint.finding import Flaw
from aspects_gen.lint.survey import Survey

FILE = "argocd/appproject.yaml"

Kinds = set[tuple[str, str]]
"""(API group, kind)"""

_ENCRYPTED = {"Secret": ("", "Secret"), "SealedSecret": ("bitnami.com", "SealedSecret")}


def check_project(survey: Survey) -> Iterator[Flaw]:
    """Yield kinds that the AppProject allows and nothing emits, or the other way round."""
    project = survey.argocd.get("AppProject")
    if project is None:
        return
    spec = project["spec"]
    emitted = _emitted(survey)
    for field, cluster in (
        ("clusterResourceWhitelist", True),
        ("namespaceResourceWhitelist", False),
    ):
        allowed = {(entry["group"], entry["kind"]) for entry in spec.get(field, [])}
        wanted = {pair for pair in emitted if (pair[1] in CLUSTER_KINDS) == cluster}
        yield from (_flaw(project, f"{field} lacks {_show(p)}") for p in sorted(wanted - allowed))
        extra = sorted(allowed - wanted)
        yield from (
            _flaw(project, f"{field} allows {_show(p)}, which nothing emits") for p in extra
        )


def _emitted(survey: Survey) -> Kinds:
    found = {(i.manifest["apiVersion"].rpartition("/")[0], i.kind) for i in survey.items}
    if survey.bundle.files:
        found.add(("", "ConfigMap"))
    for path, text in survey.tree.items():
        if path.startswith("secrets/"):
            kind = re.search(r"^kind: (\S+)", text, re.MULTILINE)
            if kind and kind[1] in _ENCRYPTED:
                found.add(_ENCRYPTED[kind[1]])
    return found


def _show(pair: tuple[str, str]) -> str:
    return "/".join(filter(None, pair))


def _flaw(project: dict[str, Any], problem: str) -> Flaw:
    fix = "let the project allow exactly the kinds that are emitted"
    return Flaw(f"AppProject/{project['metadata']['name']}", FILE, problem, fix)


def check_destination(survey: Survey) -> Iterator[Flaw]:
    """Yield a project that may deploy, or an Application that deploys, elsewhere than the namespace."""
    project = survey.argocd.get("AppProject")
    application = survey.argocd.get("Application")
    places = list(project["spec"].get("destinations", [])) if project else []
    places += [application["spec"]["destination"]] if application else []
    name = project["metadata"]["name"] if project else ""
    for place in places:
        if place.get("namespace") != survey.namespace:
            problem = f"reaches the namespace {place.get('namespace')}, not {survey.namespace}"
            fix = "set kubernetes.namespace only, and build again"
            yield Flaw(f"AppProject/{name}", FILE, problem, fix, ("kubernetes", "namespace"))
