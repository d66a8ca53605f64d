"""Rules about labels and annotations.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aspects_gen.compose.bundle import Item
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.names import SUBDOMAIN
from aspects_gen.lint.survey import Survey
from aspects_gen.values.paths import Path as ValuePath

WORD = re.compile(r"[A-Za-z0-9](?:[-._A-Za-z0-9]*[A-Za-z0-9])?")
MAX_WORD, MAX_PREFIX = 63, 253

MAX_ANNOTATIONS_BYTES = 262_144
"""Bytes of all annotations of an object, keys and values.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/, TotalAnnotationSizeLimitB
"""

Maps = Iterator[tuple[Item, str, Mapping[str, str]]]


def _maps(survey: Survey, name: str) -> Maps:
    """Yield the labels or annotations of each object and of its pods, with the words for where."""
    for item in survey.items:
        yield item, name.removesuffix("s"), item.manifest["metadata"].get(name) or {}
    for pod in survey.pods:
        found = pod.labels if name == "labels" else pod.annotations
        yield pod.item, f"pod {name.removesuffix('s')}", found


def _is_word(text: str) -> bool:
    return len(text) <= MAX_WORD and WORD.fullmatch(text) is not None


def _is_key(key: str) -> bool:
    """Tell whether a text is a label's key: a word, or DOMAIN/word."""
    prefix, slash, word = key.rpartition("/")
    if slash and not (len(prefix) <= MAX_PREFIX and SUBDOMAIN.fullmatch(prefix)):
        return False
    return _is_word(word)


def check_labels(survey: Survey) -> Iterator[Flaw]:
    """Yield labels whose key or value the API server refuses."""
    seen: set[tuple[str, str]] = set()
    for item, where, labels in _maps(survey, "labels"):
        for key, value in labels.items():
            if (key, value) in seen:
                continue
            if _is_key(key) and isinstance(value, str) and (not value or _is_word(value)):
                seen.add((key, value))
                continue
            problem = f"the {where} {key}={value!r} is not valid"
            fix = "up to 63 letters, digits, dashes, underscores and dots, in quotes"
            yield blame(item, problem, fix, _origin(survey, "labels", key))


def _origin(survey: Survey, section: str, key: str) -> ValuePath:
    """Return the values key of what the operator adds to every object; empty where it is not that."""
    known = key in survey.settings["kubernetes"][section]
    return ("kubernetes", section, key) if known else ()


def check_annotations(survey: Survey) -> Iterator[Flaw]:
    """Yield annotations with an invalid key, a value that is no text, or too many bytes together."""
    seen: set[str] = set()
    for item, where, found in _maps(survey, "annotations"):
        for key, value in found.items():
            if (key in seen or _is_key(key.lower())) and isinstance(value, str):
                seen.add(key)
                continue
            origin = _origin(survey, "annotations", key)
            yield blame(item, f"the {where} {key}={value!r} is not valid", _TEXT, origin)
        size = sum(len(k.encode()) + len(str(v).encode()) for k, v in found.items())
        if size > MAX_ANNOTATIONS_BYTES:
            problem = f"the {where}s take {size} bytes of {MAX_ANNOTATIONS_BYTES}"
            yield blame(item, problem, "keep long texts in a ConfigMap")


_TEXT = "a key of letters, digits, dashes, underscores and dots; the value a text in quotes"


def check_component(survey: Survey) -> Iterator[Flaw]:
    """Yield objects without the labels by which people and policies find them."""
    wanted = ("app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/part-of")
    for item, where, labels in _maps(survey, "labels"):
        lacking = [key for key in wanted if key not in labels]
        if lacking:
            yield blame(
                item, f"lacks the {where} {', '.join(lacking)}", "leave labels to composition"
            )
