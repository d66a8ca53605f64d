"""A slice with its defaults, and tools as small as the seam allows."""

from __future__ import annotations

import importlib.util
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import jinja2
import pytest

import aspects_superset

PACKAGE = Path(aspects_superset.__file__).parent
SITE = {
    "environment": "starter",
    "namespace": "aspects",
    "profile": "starter",
    "platform_name": "Example Academy",
    "contact_email": "contact@learn.example.org",
    "language": "en",
    "scheme": "https",
    "lms_host": "learn.example.org",
    "lms_url": "https://learn.example.org",
    "studio_url": "https://studio.learn.example.org",
    "secrets_rotation": 0,
    "monitoring": False,
    "endpoints": [],
}


def read_defaults(schema: dict[str, Any], profile: str) -> Any:
    """Return the value that the schema's defaults and the profile's sizes give."""
    value = schema.get("default", {})
    if "properties" in schema:
        own = {name: read_defaults(part, profile) for name, part in schema["properties"].items()}
        value = merge(own, value)
    chosen = schema.get("x-profiles", {}).get(profile)
    return value if chosen is None else merge(value, chosen)


def merge(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`, key by key in objects."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return deepcopy(above)
    return {**below, **{key: merge(below.get(key), value) for key, value in above.items()}}


class Tools:
    """The seam's tools: references only."""

    def __init__(self, site: dict[str, Any]) -> None:
        self.site = site
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(PACKAGE),
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, template: str, **variables: Any) -> str:
        return self._templates.get_template(template).render(**variables)

    def read(self, path: str) -> str:
        return (PACKAGE / path).read_text(encoding="utf-8")

    def secret(self, name: str, key: str) -> dict[str, Any]:
        return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}

    def image(self, component: str) -> str:
        found = aspects_superset.images()[component]
        return f"{found['repository']}:{found['tag']}"


def build_values(
    changes: dict[str, Any] | None = None, profile: str = "starter"
) -> dict[str, Any]:
    return merge(read_defaults(aspects_superset.schema(), profile), changes or {})


@pytest.fixture
def values():
    """Return a function: the slice of a profile with changes laid over it."""
    return build_values


@pytest.fixture
def site():
    return deepcopy(SITE)


@pytest.fixture
def tools(site):
    return Tools(site)


@pytest.fixture
def emitted(tools):
    """Return a function: the output for some changes."""

    def build(changes: dict[str, Any] | None = None, profile: str = "starter") -> dict[str, Any]:
        return aspects_superset.emit(build_values(changes, profile), tools)

    return build


@pytest.fixture
def problems(site):
    """Return a function: path -> (problem, expected, fix) of the problems of some changes."""

    def find(changes: dict[str, Any] | None = None) -> dict[str, tuple[str, str, str]]:
        found = aspects_superset.check(build_values(changes), site)
        return {path: (problem, expected, fix) for path, problem, expected, fix in found}

    return find


@pytest.fixture
def container_of():
    """Return a function: the first container of an object or Job of an output, by id."""

    def find(output: dict[str, Any], wanted: str) -> dict[str, Any]:
        return pod_of(output, wanted)["containers"][0]

    return find


def pod_of(output: dict[str, Any], wanted: str) -> dict[str, Any]:
    for job in output["jobs"]:
        if wanted == f"job/{job['name']}":
            return job["pod"]
    for item in output["objects"]:
        if wanted == f"{item['kind'].lower()}/{item['metadata']['name']}":
            return item["spec"]["template"]["spec"]
    raise KeyError(wanted)


@pytest.fixture
def app_module():
    """Return a function: a module of apps/ or jobs/init/, loaded from its file."""

    def load(path: str) -> Any:
        name = Path(path).stem
        spec = importlib.util.spec_from_file_location(f"loaded_{name}", PACKAGE / path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def emit_for():
    """Return a function: the output for some changes of the slice and of the site."""

    def build(changes: dict[str, Any], site: dict[str, Any]) -> dict[str, Any]:
        return aspects_superset.emit(build_values(changes), Tools({**SITE, **site}))

    return build
