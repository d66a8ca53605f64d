"""Rules that keep the values of secrets out of the output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.literals import find_literals
from aspects_gen.lint.survey import Survey

# fmt: off
SECRET_WORDS = {
    "APIKEY", "CREDENTIAL", "CREDENTIALS", "KEY", "PASS", "PASSWD", "PASSWORD", "SECRET",
    "TOKEN",
}
HARMLESS_ENDS = {
    "ALGORITHM", "CLAIM", "COLUMN", "DAYS", "DIR", "DIRECTORY", "ENABLED", "FIELD", "FILE",
    "FILES", "HEADER", "HOURS", "LENGTH", "MINUTES", "NAME", "PATH", "SECONDS", "TTL", "TYPE",
    "URI", "URL",
}
# fmt: on
"""Last words of a name that is about a secret and does not hold it."""


def check_env(survey: Survey) -> Iterator[Flaw]:
    """Yield environment variables whose name promises a secret and whose value stands in clear."""
    for pod, container in survey.containers():
        for entry in container.get("env", []):
            if _is_plain_secret(entry):
                problem = f"container {container['name']} sets {entry['name']} in clear text"
                yield blame(pod.item, problem, "take it from a Secret: `tools.secret(name, key)`")


def _is_plain_secret(entry: dict[str, Any]) -> bool:
    words = [word.rstrip("0123456789") for word in entry["name"].upper().split("_")]
    if "value" not in entry or SECRET_WORDS.isdisjoint(words) or words[-1] in HARMLESS_ENDS:
        return False
    value = str(entry["value"])
    switch = value.lower() in ("", "true", "false") or value.isdigit()
    return not switch and not value.startswith(("/", "$("))


def check_literals(survey: Survey) -> Iterator[Flaw]:
    """Yield places in the output that look like a secret's value."""
    for path, text in survey.tree.items():
        if is_encrypted(text):
            continue
        for line, what in find_literals(text):
            problem = f"line {line} holds {what}"
            fix = "keep the value in a Secret, and refer to it by name and key"
            yield Flaw(f"File/{path}", path, problem, fix)


def is_encrypted(text: str) -> bool:
    """Tell whether a file is a manifest that SOPS or Sealed Secrets encrypted."""
    return ("\nsops:" in text and "ENC[" in text) or "kind: SealedSecret" in text


def check_encryption(survey: Survey) -> Iterator[Flaw]:
    """Yield Secret objects whose values stand in the output."""
    for item in survey.of("Secret"):
        if item.manifest.get("data") or item.manifest.get("stringData"):
            yield blame(item, "its values stand in the output, for anyone to read", _FIX)
    for path, text in survey.tree.items():
        if path.startswith("secrets/") and "kind: Secret\n" in text and not is_encrypted(text):
            yield Flaw(f"File/{path}", path, "this Secret is not encrypted", _FIX)


_FIX = "declare it in `secrets` and choose secrets.provider"


def check_shared(survey: Survey) -> Iterator[Flaw]:
    """Yield Secrets that a pod reads although its own service does not declare them."""
    from aspects_gen.lint.references import uses_of

    readers = survey.bundle.readers
    for pod in survey.pods:
        names = {use.name for use in uses_of(pod, "secret")} & readers.keys()
        for name in sorted(names):
            if pod.item.folder not in readers[name]:
                problem = f"reads the Secret {name}, which only {', '.join(sorted(readers[name]))} declares"
                fix = "declare the keys it reads in its own service's `secrets`"
                yield blame(pod.item, problem, fix)
