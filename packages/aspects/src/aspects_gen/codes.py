"""Every code an error can bear, and what it means; docs/reference/errors.md is made from this list."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "AG101": (
        "not a readable YAML file",
        "The file is missing, unreadable, not UTF-8, too large, nested too deep, or not one YAML 1.2 document.",
    ),
    "AG102": (
        "a key stands twice",
        "YAML readers silently keep one of the two; which one differs between readers, so both are refused.",
    ),
    "AG103": (
        "not plain data",
        "Values are maps with text keys, lists, text, numbers, true, false, null; tags and other keys are refused.",
    ),
    "AG104": (
        "aliases without end",
        "Aliases that contain themselves, or multiply to more values than a file may have, are refused.",
    ),
    "AG105": (
        "extends is wrong",
        "`extends` names a file that does not exist, is no file name, or leads back to the file itself.",
    ),
    "AG106": (
        "no such environment",
        "The named environment has no values file, or two, or its name cannot be part of Kubernetes names.",
    ),
    "AG110": (
        "unknown key",
        "The key is in no schema of the installed services; often a slip of the pen, or a key of another service.",
    ),
    "AG111": ("missing key", "The key has no default and nobody set it."),
    "AG112": (
        "wrong value",
        "The value breaks its schema: wrong kind, form, range, length or choice.",
    ),
    "AG120": (
        "values that do not go together",
        "Each value is right by itself, but a service says that together they cannot work.",
    ),
    "AG130": (
        "encrypted Secret unusable",
        "With sealed-secrets or sops every Secret must stand encrypted beside the values, with all its keys.",
    ),
    "AG140": (
        "image lock unreadable",
        "images.lock.json is not what `aspects-gen images pin` writes.",
    ),
    "AG160": (
        "extension unusable",
        "A folder of aspects.extensions, or a file of it, is of no known kind, takes a name or gives too much.",
    ),
    "AG150": (
        "not a Tutor configuration",
        "import-tutor reads the config.yml that Tutor writes: one map of variables in capitals.",
    ),
}
