import types
from pathlib import Path

import pytest

TOY_SCHEMA = {
    "type": "object",
    "description": "A toy service.",
    "additionalProperties": False,
    "properties": {
        "enabled": {"type": "boolean", "description": "Whether it runs.", "default": True},
        "colour": {"enum": ["red", "green"], "description": "Its colour.", "default": "red"},
        "port": {"$ref": "#/$defs/port", "description": "Port.", "default": 80},
        "size": {"$ref": "#/$defs/quantity", "description": "Size.", "default": "1Gi"},
        "names": {
            "type": "array",
            "description": "Names.",
            "default": [],
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "description": "Name."},
                    "loud": {"type": "boolean", "description": "Loudness.", "default": False},
                },
            },
        },
        "server": {
            "$ref": "#/$defs/workload",
            "description": "The server.",
            "default": {
                "replicas": 1,
                "resources": {
                    "requests": {"cpu": "100m", "memory": "64Mi"},
                    "limits": {"memory": "64Mi"},
                },
            },
            "x-profiles": {"production": {"replicas": 3}},
        },
    },
}


def make_toy(name: str = "toy", **parts):
    """Return a service module that deploys next to nothing; `parts` replace functions of the contract."""
    module = types.ModuleType(name)
    module.__file__ = __file__
    defaults = {
        "schema": lambda: TOY_SCHEMA,
        "images": lambda: {name: {"repository": f"docker.io/example/{name}", "tag": "1.0"}},
        "offers": lambda values, site: [],
        "check": lambda values, site: [],
        "emit": lambda values, tools: {},
    }
    for part, function in {**defaults, **parts}.items():
        setattr(module, part, function)
    return module


@pytest.fixture
def toy():
    return make_toy


@pytest.fixture
def write_values(tmp_path):
    """Write values files into tmp_path/environments and return the path of the first."""

    def write(text: str, name: str = "site", **others: str) -> Path:
        folder = tmp_path / "environments"
        folder.mkdir(exist_ok=True)
        for other, content in others.items():
            (folder / f"{other}.yaml").write_text(content)
        path = folder / f"{name}.yaml"
        path.write_text(text)
        return path

    return write
