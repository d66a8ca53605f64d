"""YAML that every reader takes the same way: Kubernetes' own parser, PyYAML, a person in a pull request."""

from __future__ import annotations

import re
from typing import Any

import yaml

_RISKY = re.compile(
    # Texts that YAML 1.1 or 1.2 readers take for something else; kubectl reads 1.1 numbers and booleans.
    r"(?i)^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?|0o[0-7_]+|0x[0-9a-f_]+"
    r"|0b[01_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
    r"|y|n|yes|no|on|off|true|false|null|~|[-+]?\.inf|\.nan|<<|=)$"
)


_TEXT, _MAP, _LIST = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))

_STYLES: dict[str, str | None] = {}
"""Texts met so far and how they are written; manifests repeat themselves."""

_RESOLVED: dict[str, str] = {}
"""Unquoted scalars met so far and the tag a reader takes them for."""


def _style_of(text: str) -> str | None:
    if _RISKY.match(text) or not text:
        return "'"
    _RESOLVED[text] = _TEXT
    return "|" if "\n" in text else None


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """PyYAML's emitter without aliases, with literal blocks and quoting that no reader misreads."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return True: an alias in a manifest hides what a reviewer must see."""
        return True

    def represent_data(self, data: Any) -> Any:
        """Return the node of a value; maps, lists and texts, which manifests are made of, at once."""
        kind = type(data)
        if kind is str:
            if data not in _STYLES:
                _STYLES[data] = _style_of(data)
            return yaml.ScalarNode(_TEXT, data, style=_STYLES[data])
        if kind is dict:
            pairs = [(self.represent_data(k), self.represent_data(v)) for k, v in data.items()]
            return yaml.MappingNode(_MAP, pairs, flow_style=False)
        if kind is list:
            return yaml.SequenceNode(_LIST, list(map(self.represent_data, data)), flow_style=False)
        return super().represent_data(data)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Return the tag a reader would take a value for."""
        if kind is not yaml.ScalarNode:
            return _MAP if kind is yaml.MappingNode else _LIST
        if not implicit[0]:
            return _TEXT  # what is quoted is text
        if value not in _RESOLVED:
            _RESOLVED[value] = super().resolve(kind, value, implicit)
        return _RESOLVED[value]


def dump_yaml(data: Any) -> str:
    """Return data as YAML text: keys as built, no line wrapping, literal blocks."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    return text


_FIRST_KEYS = ("apiVersion", "kind", "metadata")
_METADATA_KEYS = ("name", "namespace", "labels", "annotations")


def dump_manifest(manifest: dict[str, Any]) -> str:
    """Return a Kubernetes object as YAML text, its keys in the customary order."""
    metadata = manifest["metadata"]
    ordered = {key: metadata[key] for key in _METADATA_KEYS if metadata.get(key)}
    for key in ("labels", "annotations"):
        if key in ordered:
            ordered[key] = dict(sorted(ordered[key].items()))
    ordered |= {key: value for key, value in metadata.items() if key not in _METADATA_KEYS}
    body = {key: value for key, value in manifest.items() if key not in _FIRST_KEYS}
    head = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "metadata": ordered}
    return dump_yaml({**head, **body})
