"""What this output is: one stamp for the whole environment, so that no object has to carry it."""

from __future__ import annotations

from aspects_gen import VERSION
from aspects_gen.compose.bundle import Bundle
from aspects_gen.tree.yamltext import dump_yaml


def release_text(bundle: Bundle) -> str:
    """Return the text of release.yaml: generator, place, images and Jobs by content."""
    settings = bundle.settings
    argocd = settings["argocd"]
    project = argocd["project"] or f"aspects-{bundle.values.environment}"
    release = {
        "environment": bundle.values.environment,
        "generator": VERSION,
        "profile": settings["profile"],
        "namespace": settings["kubernetes"]["namespace"],
        "argocd": {
            "delivery": argocd["delivery"],
            "project": project,
            "cluster": argocd["cluster"],
            "revision": argocd["revision"],
            "automated": argocd["automated"],
            "retries": argocd["retries"],
        },
        "images": dict(sorted(bundle.images.items())),
        "jobs": sorted(bundle.job_names.values()),
    }
    return "# What this folder deploys; review it first.\n" + dump_yaml(release)
