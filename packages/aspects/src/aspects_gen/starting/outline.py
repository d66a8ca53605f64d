"""Which keys a starting values file shows, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OUTLINE = (
    "profile",
    "site.lmsHost",
    "site.platformName",
    "site.studioHost",
    "site.contactEmail",
    "site.language",
    "site.https",
    "kubernetes.namespace",
    "kubernetes.storageClass",
    "kubernetes.imagePullSecrets",
    "images.registry",
    "images.mirror",
    "secrets.provider",
    "secrets.store.name",
    "secrets.store.kind",
    "secrets.store.prefix",
    "secrets.directory",
    "routes.kind",
    "routes.ingressClass",
    "routes.annotations",
    "routes.tlsSecret",
    "network.lms.namespace",
    "network.ingressNamespace",
    "network.externalCidrs",
    "monitoring.enabled",
    "argocd.repository",
    "argocd.revision",
    "argocd.path",
    "argocd.automated",
    "clickhouse.topology",
    "clickhouse.replicas",
    "clickhouse.external.host",
    "clickhouse.external.httpPort",
    "clickhouse.external.nativePort",
    "clickhouse.external.tls",
    "clickhouse.external.cluster",
    "clickhouse.server.resources.requests",
    "clickhouse.server.resources.limits",
    "clickhouse.storage.size",
    "clickhouse.backup.enabled",
    "ralph.enabled",
    "ralph.publicHost",
    "ralph.server.replicas",
    "vector.enabled",
    "vector.source.namespace",
    "superset.enabled",
    "superset.host",
    "superset.web.replicas",
    "superset.database.engine",
    "superset.database.host",
    "superset.redis.host",
    "aspects.source",
    "aspects.retentionMonths",
    "aspects.pii",
    "aspects.dashboards.locales",
    "aspects.lms.manage",
)

SET = (
    # what everyone looks at first stands there ready to change, so that no block is all comment
    "kubernetes.namespace",
    "images.registry",
    "routes.kind",
    "network.ingressNamespace",
    "monitoring.enabled",
    "argocd.repository",
    "ralph.enabled",
    "vector.enabled",
    "superset.enabled",
)

ONLY_WHERE = {
    # parts that mean nothing under other choices: key -> (key that chooses, choices)
    "secrets.store": ("secrets.provider", ("external-secrets",)),
    "secrets.directory": ("secrets.provider", ("sealed-secrets", "sops")),
    "clickhouse.replicas": ("clickhouse.topology", ("replicated",)),
    "clickhouse.external": ("clickhouse.topology", ("external",)),
    "clickhouse.server": ("clickhouse.topology", ("single", "replicated")),
    "clickhouse.storage": ("clickhouse.topology", ("single", "replicated")),
}


def list_shown(chosen: Mapping[str, Any]) -> list[str]:
    """Return the keys to show.

    Args:
        chosen: what the answers set, by dotted key.
    """
    return [key for key in OUTLINE if _matters(key, chosen)]


def _matters(key: str, chosen: Mapping[str, Any]) -> bool:
    for part, (chooser, choices) in ONLY_WHERE.items():
        if f"{key}.".startswith(f"{part}.") and chosen.get(chooser) not in choices:
            return False
    return True
