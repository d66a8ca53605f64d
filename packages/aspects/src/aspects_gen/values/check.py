"""The operator's values against the schema: every violation as a finding with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.errors import Finding
from aspects_gen.values.document import describe
from aspects_gen.values.layers import Layers
from aspects_gen.values.paths import Path, show_path
from aspects_gen.values.schema import Schema, node_at

Violation = Any
"""A jsonschema ValidationError: that library is imported only when there are values to check."""

LISTED_KEYS = 9
"""More allowed keys than these are not listed: nobody reads them."""

SECRET_WORDS = ("password", "passwd", "token", "private", "apikey", "credential", "secret")


def check_layers(layers: Layers, schema: Schema) -> list[Finding]:
    """Return every violation of the schema in what the operator wrote."""
    from jsonschema import Draft202012Validator

    data = dict(layers.data)
    for name, node in schema["properties"].items():
        if "required" in node:
            data.setdefault(name, {})
    findings: list[Finding] = []
    for error in Draft202012Validator(schema).iter_errors(data):
        findings.extend(_findings(error, layers, schema))
    return findings


def _findings(error: Violation, layers: Layers, schema: Schema) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            allowed = list(error.schema.get("properties", {}))
            for name in error.instance:
                if name not in allowed:
                    yield _unknown_key(layers, (*path, name), allowed)
        case "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            # jsonschema reports each missing name by an error of its own
            name = next(n for n in missing if f"'{n}'" in error.message)
            yield _missing_key(layers, schema, (*path, name))
        case _:
            yield _wrong_value(error, layers, schema, path)


def _unknown_key(layers: Layers, path: Path, allowed: list[str]) -> Finding:
    name = str(path[-1])
    near = _nearest(name, allowed, 0.6)
    where = show_path(path[:-1]) or "this file"
    if near:
        expected, fix = f"a key of {where}", f"did you mean `{near[0]}`? rename `{name}`"
    elif len(allowed) <= LISTED_KEYS:
        expected, fix = f"one of: {', '.join(allowed)}", f"rename or remove `{name}`"
    else:
        command = f"aspects-gen explain {show_path(path[:-1])}".rstrip()
        expected = f"a key of {where}; `{command}` lists them"
        fix = f"rename or remove `{name}`"
    if any(word in name.lower() for word in SECRET_WORDS) and not near:
        fix = f"remove `{name}`: secrets never stand in values; `aspects-gen secrets` lists where they go"
    return _make(
        layers, path, "AG110", "this key is not known", f"key `{name}`", expected, fix, key=True
    )


def _nearest(word: str, known: list[str], cutoff: float) -> list[str]:
    """Return the known word that is most like a wrong one, if any is."""
    from difflib import get_close_matches

    return get_close_matches(word, known, n=1, cutoff=cutoff)


def _missing_key(layers: Layers, schema: Schema, path: Path) -> Finding:
    node = node_at(schema, path) or {}
    expected = node.get("x-expected") or node.get("description") or "a value"
    return _make(
        layers, path, "AG111", f"`{show_path(path)}` is missing", "nothing", expected,
        f"add `{path[-1]}:` under `{show_path(path[:-1]) or 'the top level'}`",
    )  # fmt: skip


def _wrong_value(error: Violation, layers: Layers, schema: Schema, path: Path) -> Finding:
    node = node_at(schema, path) or error.schema
    problem, expected = explain_rule(error, node)
    found = describe(error.instance)
    if any(word in str(part).lower() for part in path for word in SECRET_WORDS):
        found = describe(error.instance).split(" ")[0] + " (hidden)"
    return _make(layers, path, "AG112", problem, found, expected, _advise(error, node, expected))


def _advise(error: Violation, node: Schema, expected: str) -> str:
    value, kind = error.instance, node.get("type")
    if error.validator == "enum" and isinstance(value, str):
        near = _nearest(value, [str(v) for v in node.get("enum", [])], 0.5)
        if near:
            return f"write `{near[0]}`"
    if kind == "boolean" and str(value).lower() in ("yes", "on", "y", "1"):
        return "write `true`"
    if kind == "boolean" and str(value).lower() in ("no", "off", "n", "0"):
        return "write `false`"
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        if "quantity" in str(node.get("x-expected", "")):
            return f'write it as text with a unit, for example "{value}Gi"'
        return f'put it in quotes: "{value}"'
    if value is None:
        return "give it a value, or remove the key to take the default"
    if kind == "array" and isinstance(value, str):
        return f"write a list: [{value}]"
    return f"write {expected}"


_KINDS = {
    "object": "a map of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def explain_rule(error: Violation, node: Schema) -> tuple[str, str]:  # noqa: PLR0911, C901 - a table of rules
    """Return (problem, expected) for the rule that a value broke, in words."""
    value = error.validator_value
    human = node.get("x-expected")
    match error.validator:
        case "type":
            names = [value] if isinstance(value, str) else value
            return "this is of the wrong kind", human or " or ".join(_KINDS[n] for n in names)
        case "enum":
            return "this is not one of the choices", "one of: " + ", ".join(str(v) for v in value)
        case "pattern" | "format" | "propertyNames":
            return "this is not of the right form", human or "text of the documented form"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return "this number is out of range", human or _range(node)
        case "minLength":
            return "this text is empty or too short", human or f"at least {value} characters"
        case "maxLength":
            return "this text is too long", human or f"at most {value} characters"
        case "minItems":
            return "this list is too short", f"at least {value} items"
        case "maxItems":
            return "this list is too long", f"at most {value} items"
        case "uniqueItems":
            return "an item stands twice in this list", "each item once"
        case "multipleOf":
            return "this number does not fit", f"a multiple of {value}"
        case "minProperties":
            return "this map is too small", f"at least {value} keys"
    return "this is not allowed here", human or str(node.get("description", "another value"))


def _range(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    kind = "a whole number" if node.get("type") == "integer" else "a number"
    if low is not None and high is not None:
        return f"{kind} from {low} to {high}"
    return f"{kind} of at least {low}" if low is not None else f"{kind} of at most {high}"


def _make(  # noqa: PLR0913
    layers: Layers, path: Path, code: str, problem: str, found: str, expected: str, fix: str,
    *, key: bool = False,
) -> Finding:  # fmt: skip
    at = layers.position(path, key=key)
    return Finding(code, at, show_path(path), problem, found, expected, fix, layers.source(at))


def place_problem(
    layers: Layers, values: Any, slice_name: str, problem: tuple[str, str, str, str]
) -> Finding:
    """Return a service's problem as a finding: at the value's own place, or at what set its surroundings.

    Args:
        layers: what the operator wrote.
        values: the complete values, to say what was found.
        slice_name: the service's key; empty for problems whose path starts at the root.
        problem: (dotted path inside the slice, problem, expected, fix).
    """
    from aspects_gen.values.paths import parse_path, value_at

    dotted, text, expected, fix = problem
    path = (slice_name, *parse_path(dotted)) if slice_name else parse_path(dotted)
    code, shown = "AG120", path
    if len(path) > 1 and path[1] == "extensionFolders":
        code, shown = "AG160", path[6:]  # inside the file, as the operator knows it
    try:
        found = describe(value_at(values, path))
    except KeyError:
        found = "nothing"
    if path not in layers.values_at and found != "nothing":
        found += " (not set in a file: default or derived)"
    made = _make(layers, path, code, text, found, expected, fix)
    return made._replace(path=show_path(shown))
