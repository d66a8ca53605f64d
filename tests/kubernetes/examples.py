"""Good objects: one of each custom resource that is emitted, and a Deployment."""

from __future__ import annotations

from typing import Any

from kubernetes.strict import custom_kinds

META = {"name": "x", "namespace": "aspects", "labels": {"app.kubernetes.io/name": "x"}}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": META,
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "x", "image": "x:1"}]},
        },
    },
}
SYNC = {
    "syncOptions": ["ServerSideApply=true", "PrunePropagationPolicy=foreground"],
    "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
    "retry": {"limit": 3, "backoff": {"duration": "30s", "factor": 2, "maxDuration": "10m"}},
}
SOURCE = {"repoURL": "https://git.example.org/a.git", "targetRevision": "main", "path": "a/b"}
SCRAPE = {"port": "metrics", "path": "/metrics", "interval": "30s"}
SELECTOR = {"matchLabels": {"app.kubernetes.io/name": "x"}}
IGNORED = {"group": "apps", "kind": "StatefulSet", "jqPathExpressions": [".spec.x[]?.kind"]}


def custom(kind: str, spec: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a custom resource under its one API version."""
    (api,) = [a for a, k in custom_kinds() if k == kind]
    return {"apiVersion": api, "kind": kind, "metadata": META, "spec": spec, **fields}


GOOD = {
    "Application": custom(
        "Application",
        {
            "project": "p",
            "source": SOURCE,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "aspects"},
            "syncPolicy": SYNC,
            "ignoreDifferences": [IGNORED],
            "revisionHistoryLimit": 10,
        },
    ),
    "AppProject": custom(
        "AppProject",
        {
            "description": "d",
            "sourceRepos": ["https://git.example.org/a.git"],
            "destinations": [{"server": "https://k.example.org", "namespace": "aspects"}],
            "clusterResourceWhitelist": [{"group": "", "kind": "Namespace"}],
            "namespaceResourceWhitelist": [{"group": "apps", "kind": "Deployment"}],
        },
    ),
    "ApplicationSet": custom(
        "ApplicationSet",
        {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {
                    "git": {
                        "repoURL": "https://git.example.org/a.git",
                        "revision": "main",
                        "files": [{"path": "generated/*/release.yaml"}],
                    },
                    "selector": {"matchLabels": {"argocd.delivery": "application-set"}},
                }
            ],
            "template": {
                "metadata": {"name": "aspects-{{ .environment }}"},
                "spec": {
                    "project": "{{ .p }}",
                    "source": SOURCE,
                    "destination": {"server": "{{ .c }}", "namespace": "{{ .n }}"},
                    "syncPolicy": SYNC,
                },
            },
            "syncPolicy": {"preserveResourcesOnDeletion": True},
        },
    ),
    "ExternalSecret": custom(
        "ExternalSecret",
        {
            "refreshPolicy": "Periodic",
            "refreshInterval": "1h0m0s",
            "secretStoreRef": {"name": "s", "kind": "ClusterSecretStore"},
            "target": {"name": "x", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [
                {
                    "secretKey": "password",
                    "remoteRef": {
                        "key": "aspects/x",
                        "property": "password",
                        "conversionStrategy": "Default",
                        "decodingStrategy": "None",
                        "metadataPolicy": "None",
                    },
                }
            ],
        },
    ),
    "SealedSecret": custom(
        "SealedSecret",
        {
            "encryptedData": {"password": "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq=="},
            "template": {
                "metadata": {"name": "x", "namespace": "aspects", "creationTimestamp": None},
                "type": "Opaque",
            },
        },
        metadata={"name": "x", "namespace": "aspects", "creationTimestamp": None},
    ),
    "ServiceMonitor": custom("ServiceMonitor", {"selector": SELECTOR, "endpoints": [SCRAPE]}),
    "PodMonitor": custom("PodMonitor", {"selector": SELECTOR, "podMetricsEndpoints": [SCRAPE]}),
    "PrometheusRule": custom(
        "PrometheusRule",
        {
            "groups": [
                {
                    "name": "g",
                    "rules": [
                        {
                            "alert": "Down",
                            "expr": "up == 0",
                            "for": "0m",
                            "labels": {"severity": "critical"},
                            "annotations": {
                                "summary": "s",
                                "runbook_url": "https://e.org/Down.md",
                            },
                        }
                    ],
                }
            ]
        },
    ),
    "HTTPRoute": custom(
        "HTTPRoute",
        {
            "parentRefs": [{"name": "g", "namespace": "gw", "sectionName": "https"}],
            "hostnames": ["superset.example.org"],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "backendRefs": [{"name": "superset", "port": 8088}],
                }
            ],
        },
    ),
    "ksops": {
        "apiVersion": "viaduct.ai/v1",
        "kind": "ksops",
        "metadata": {
            "name": "secrets",
            "annotations": {"config.kubernetes.io/function": "exec:\n  path: ksops\n"},
        },
        "files": ["./clickhouse-admin.yaml"],
    },
    "Kustomization": {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["a.yaml"],
        "generators": ["ksops.yaml"],
        "configMapGenerator": [
            {
                "name": "x",
                "namespace": "aspects",
                "files": ["files/x/a.xml", "b.xml=files/x/c/b.xml"],
                "options": {
                    "disableNameSuffixHash": True,
                    "labels": {"a": "b"},
                    "annotations": {"argocd.argoproj.io/sync-wave": "-3"},
                },
            }
        ],
    },
}
