"""Argo CD's objects: a project that allows exactly what is emitted, and what syncs it.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/ (declarative setup, ApplicationSet)
"""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle, Item
from aspects_gen.compose.namespace import CLUSTER_KINDS

API = "argoproj.io/v1alpha1"

SYNC_OPTIONS = (
    "CreateNamespace=false",  # the Namespace is one of the objects, with its Pod Security labels
    "ServerSideApply=true",  # objects over the size that fits in an annotation
    "PruneLast=true",  # what is gone from Git leaves only when the rest is healthy
    "PrunePropagationPolicy=foreground",
    "ApplyOutOfSyncOnly=true",
    "FailOnSharedResource=true",  # two installations must never fight over an object
    "RespectIgnoreDifferences=true",
)

AUTOMATED = {"prune": True, "selfHeal": True, "allowEmpty": False}
BACKOFF = {"duration": "30s", "factor": 2, "maxDuration": "10m"}

IGNORED = {
    "group": "apps",
    "kind": "StatefulSet",
    # the API server fills in these fields of each claim template
    "jqPathExpressions": [
        ".spec.volumeClaimTemplates[]?.apiVersion",
        ".spec.volumeClaimTemplates[]?.kind",
        ".spec.volumeClaimTemplates[]?.status",
    ],
}

SYNC_PATCH = """\
spec:
  revisionHistoryLimit: 10
{{- if or .argocd.automated .argocd.retries }}
  syncPolicy:
{{- if .argocd.automated }}
    automated: {prune: true, selfHeal: true, allowEmpty: false}
{{- end }}
{{- if .argocd.retries }}
    retry: {limit: {{ .argocd.retries }}, backoff: {duration: 30s, factor: 2, maxDuration: 10m}}
{{- end }}
{{- end }}
"""
"""What an Application template cannot say: parts that are there or not, and numbers.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/#template-patch
"""


def build_argocd(bundle: Bundle) -> list[Item]:
    """Return the AppProject and the Application or ApplicationSet of this environment."""
    settings = bundle.settings["argocd"]
    if settings["delivery"] == "none":
        return []
    project = settings["project"] or f"aspects-{bundle.values.environment}"
    manifests = [_project(bundle, project)]
    if settings["delivery"] == "application":
        manifests.append(_application(bundle, project))
    else:
        manifests.append(_application_set(bundle))
    return [Item("argocd", manifest) for manifest in manifests]


def _allowed_kinds(bundle: Bundle, *, cluster: bool) -> list[dict[str, str]]:
    kinds = {
        (item.manifest["apiVersion"].rpartition("/")[0], item.kind)
        for item in bundle.items
        if (item.kind in CLUSTER_KINDS) == cluster
    }
    if not cluster and bundle.files:
        kinds.add(("", "ConfigMap"))
    if not cluster and bundle.settings["secrets"]["provider"] == "sops":
        kinds.add(("", "Secret"))
    if not cluster and bundle.settings["secrets"]["provider"] == "sealed-secrets":
        kinds.add(("bitnami.com", "SealedSecret"))
    return [{"group": group, "kind": kind} for group, kind in sorted(kinds)]


def _project(bundle: Bundle, name: str) -> dict[str, Any]:
    settings = bundle.settings["argocd"]
    namespace = bundle.settings["kubernetes"]["namespace"]
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": settings["namespace"]},
        "spec": {
            "description": f"Aspects, environment {bundle.values.environment}",
            "sourceRepos": [settings["repository"]],
            "destinations": [{"server": settings["cluster"], "namespace": namespace}],
            "clusterResourceWhitelist": _allowed_kinds(bundle, cluster=True),
            "namespaceResourceWhitelist": _allowed_kinds(bundle, cluster=False),
        },
    }


def _sync_policy(settings: dict[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = {"syncOptions": list(SYNC_OPTIONS)}
    if settings["automated"]:
        policy["automated"] = dict(AUTOMATED)
    if settings["retries"]:
        policy["retry"] = {"limit": settings["retries"], "backoff": dict(BACKOFF)}
    return policy


def _application(bundle: Bundle, project: str) -> dict[str, Any]:
    settings = bundle.settings["argocd"]
    environment = bundle.values.environment
    spec: dict[str, Any] = {
        "project": project,
        "source": {
            "repoURL": settings["repository"],
            "targetRevision": settings["revision"],
            "path": f"{settings['path']}/{environment}",
        },
        "destination": {
            "server": settings["cluster"],
            "namespace": bundle.settings["kubernetes"]["namespace"],
        },
        "syncPolicy": _sync_policy(settings),
        "revisionHistoryLimit": 10,
    }
    if any(item.kind == "StatefulSet" for item in bundle.items):
        spec["ignoreDifferences"] = [IGNORED]
    metadata = {
        "name": f"aspects-{environment}",
        "namespace": settings["namespace"],
        "annotations": {"argocd.argoproj.io/compare-options": "ServerSideDiff=true"},
    }
    return {"apiVersion": API, "kind": "Application", "metadata": metadata, "spec": spec}


def _application_set(bundle: Bundle) -> dict[str, Any]:
    """Return the ApplicationSet over every environment that asks for it.

    What differs between environments it reads from each one's release.yaml, so its text is the same
    whichever of them carries it. Its name holds the repository path: a second set of one name
    would take over the first one's Applications.
    """
    settings = bundle.settings["argocd"]
    files = {"path": f"{settings['path']}/*/release.yaml"}
    generator = {
        "git": {
            "repoURL": settings["repository"],
            "revision": settings["revision"],
            "files": [files],
        },
        "selector": {"matchLabels": {"argocd.delivery": "application-set"}},
    }
    template = {
        "metadata": {
            "name": "aspects-{{ .environment }}",
            "annotations": {"argocd.argoproj.io/compare-options": "ServerSideDiff=true"},
        },
        "spec": {
            "project": "{{ .argocd.project }}",
            "source": {
                "repoURL": settings["repository"],
                "targetRevision": "{{ .argocd.revision }}",
                "path": "{{ .path.path }}",
            },
            "destination": {"server": "{{ .argocd.cluster }}", "namespace": "{{ .namespace }}"},
            "syncPolicy": {"syncOptions": list(SYNC_OPTIONS)},
            "revisionHistoryLimit": 10,
            "ignoreDifferences": [IGNORED],
        },
    }
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": {
            "name": f"aspects-{settings['path'].replace('/', '-').lower()}",
            "namespace": settings["namespace"],
        },
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [generator],
            "template": template,
            "templatePatch": SYNC_PATCH,
            # an environment that leaves Git must not take its data along
            "syncPolicy": {"preserveResourcesOnDeletion": True},
        },
    }
