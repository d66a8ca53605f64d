"""YAML that every reader takes the same way: Kubernetes' own parser, PyYAML, a person in a pull request."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

_RISKY = re.compile(
    # Texts that YAML 1.1 or 1.2 readers take for something else; kubectl reads 1.1 numbers and booleans.
    r"(?i)^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?|0o[0-7_]+|0x[0-9a-f_]+"
    r"|0b[01_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
    r"|y|n|yes|no|on|off|true|false|null|~|[-+]?\.inf|\.nan|<<|=)$"
)


_MAP = yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
_LIST = yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
_MAP_END, _LIST_END = yaml.MappingEndEvent(), yaml.SequenceEndEvent()
_START = (yaml.StreamStartEvent(), yaml.DocumentStartEvent())
_END = (yaml.DocumentEndEvent(), yaml.StreamEndEvent())

_Emitter = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_represent = yaml.representer.SafeRepresenter().represent_data


@lru_cache(maxsize=None, typed=True)  # manifests repeat themselves
def _scalar(value: Any) -> yaml.ScalarEvent:
    """Return the event of a text, quoted where a reader would misread it, or of a number, boolean or null."""
    if not isinstance(value, str):
        node = _represent(value)
        return yaml.ScalarEvent(None, node.tag, (True, False), node.value)
    style = "'" if _RISKY.match(value) or not value else "|" if "\n" in value else None
    return yaml.ScalarEvent(None, None, (True, True), value, style=style)


def _add(data: Any, events: list[yaml.Event]) -> None:
    """Add the events of a value: no anchors or aliases, which hide what a reviewer must see."""
    if isinstance(data, dict):
        events.append(_MAP)
        for key, value in data.items():
            events.append(_scalar(key))
            _add(value, events)
        events.append(_MAP_END)
    elif isinstance(data, list | tuple):
        events.append(_LIST)
        for value in data:
            _add(value, events)
        events.append(_LIST_END)
    else:
        events.append(_scalar(data))


def dump_yaml(data: Any) -> str:
    """Return data as YAML text: keys as built, no line wrapping, literal blocks."""
    events = [*_START]
    _add(data, events)
    events += _END
    text: str = yaml.emit(events, Dumper=_Emitter, allow_unicode=True, width=1 << 20)
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
