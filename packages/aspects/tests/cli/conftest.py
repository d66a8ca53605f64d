"""Three small services and environments of them, so that commands are tested apart from real services' words."""

import textwrap

import pytest

from aspects_gen.cli import table
from aspects_gen.cli.main import run
from aspects_gen.services import registry

RESOURCES = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}


def text(about, default=None, **more):
    node = {"type": "string", "description": about, **more}
    return node if default is None else {**node, "default": default}


def section(about, **properties):
    return {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "default": {},
        "properties": {
            "enabled": {"type": "boolean", "description": "Whether it runs.", "default": True},
            **properties,
        },
    }


SHOP = section(
    "The shop. Sells things.",
    kind={"enum": ["corner", "market"], "description": "Kind of shop.", "default": "corner"},
    closeSeconds={
        "type": "integer",
        "minimum": 1,
        "maximum": 600,
        "description": "Time to close.",
        "default": 30,
        "x-profiles": {"production": 60},
    },
    storage={
        "$ref": "#/$defs/storage",
        "description": "Its shelf.",
        "default": {"size": "1Gi"},
        "x-profiles": {"production": {"size": "9Gi"}},
    },
    owner=text("Who owns it.", "nobody"),
    tills={
        "type": "array",
        "description": "Its tills.",
        "default": [],
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": text("Name of the till."),
                "open": {"type": "boolean", "description": "Whether it serves.", "default": True},
            },
        },
    },
    server={
        "$ref": "#/$defs/workload",
        "description": "Its pods.",
        "default": {"replicas": 1, "resources": RESOURCES},
    },
)
CLICKHOUSE = section(
    "The store.",
    topology={
        "enum": ["single", "replicated", "external"],
        "description": "How many.",
        "default": "single",
    },
    external={
        "type": "object",
        "description": "The server elsewhere.",
        "additionalProperties": False,
        "default": {},
        "properties": {
            "host": text("Its host.", "", pattern="^[a-z.]*$", **{"x-expected": "a host name"})
        },
    },
    bucket=text("Bucket of the backups.", ""),
)
ASPECTS = section(
    "What spans services.",
    source={"enum": ["ralph", "vector"], "description": "What comes.", "default": "ralph"},
)


def pod(name, image, **more):
    return {"containers": [{"name": name, "image": image, **more}]}


def emit_shop(values, tools):
    env = [
        {"name": "PASSWORD", **tools.secret("shop-database", "password")},
        {"name": "TOKEN", **tools.secret("shop-keys", "token")},
    ]
    spec = {
        **pod("shop", tools.image("shop"), env=env),
        "volumes": [{"name": "keys", "secret": {"secretName": "shop-keys"}}],
    }
    init = {
        "name": "shop-init",
        "about": "stock the shelves",
        "pod": pod(
            "shop-init",
            tools.image("shop"),
            envFrom=[{"secretRef": {"name": "shop-database"}}],
        ),
        "workload": {"uid": 1000, "tuning": {"resources": RESOURCES}},
        "after": ["statefulset/store"],
        "deadline_seconds": 60,
    }
    return {
        "objects": [
            {
                "apiVersion": "apps/v1",
                "kind": kind,
                "metadata": {"name": name},
                "spec": {"template": {"spec": template}},
            }
            for kind, name, template in (
                ("Deployment", "shop", spec),
                ("StatefulSet", "store", pod("store", tools.image("store"))),
            )
        ],
        "files": {"shop-config": {"shop.conf": "open\n"}},
        "workloads": {
            "deployment/shop": {"uid": 1000, "tuning": values["server"], "stateless": True},
            "statefulset/store": {"uid": 1000, "tuning": {"replicas": 1, "resources": RESOURCES}},
        },
        "jobs": [init],
        "order": [
            {"node": "deployment/shop", "after": ["job/shop-init"], "why": "needs stock"},
            {"node": "deployment/shop", "after": ["statefulset/store"], "why": "sells from it"},
        ],
        "secrets": [
            {
                "name": "shop-database",
                "keys": {
                    "password": {"about": "Password of the till.", "generate": "password:32"},
                    "ticket": {"about": "Ticket for the till.", "generate": "hex:16"},
                },
            },
            {
                "name": "shop-keys",
                "keys": {
                    "sign": {"about": "Signs receipts.", "generate": "hex:64"},
                    "token": {"about": "Token of the card company."},
                },
            },
            {"name": "shop-bank", "keys": {"account": {"about": "Number of the account."}}},
        ],
        "lms": {
            "users": [{"password": {"secretKeyRef": {"name": "shop-bank", "key": "account"}}}]
        },
    }


def check_clickhouse(values, site):
    if site["profile"] == "production" and not values["bucket"]:
        return [("bucket", "nothing keeps the backups", "a bucket", "set clickhouse.bucket")]
    return []


def shop_opinions(values):
    return (
        {"shop": {"owner": values["site"]["lmsHost"]}},
        {"shop.owner": "site.lmsHost"},
    )


IMAGES = {
    "shop": {"repository": "docker.io/example/shop", "tag": "1.2"},
    "store": {"repository": "docker.io/example/store", "tag": "3.4"},
    "unused": {"repository": "docker.io/example/unused", "tag": "5.6"},
}


@pytest.fixture
def services(monkeypatch, toy):
    """The services that commands discover."""

    def service(name, schema, **parts):
        return toy(name, schema=lambda: schema, **{"images": dict, **parts})

    found = {
        "clickhouse": service("clickhouse", CLICKHOUSE, check=check_clickhouse),
        "ralph": service("ralph", section("The record store.")),
        "vector": service("vector", section("The log reader.")),
        "shop": service("shop", SHOP, emit=emit_shop, images=lambda: IMAGES),
        "aspects": service("aspects", ASPECTS, opinions=shop_opinions),
    }
    monkeypatch.setattr(registry, "discover_services", lambda: found)
    return found


@pytest.fixture
def environments(tmp_path, services):
    """A folder with the environment `small`, and a function that adds more."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "small.yaml").write_text("site:\n  lmsHost: learn.example.org\n", encoding="utf-8")
    return folder


@pytest.fixture
def add_environment(environments):
    """A function that adds a values file to the folder."""

    def add(name, values):
        path = environments / f"{name}.yaml"
        path.write_text(textwrap.dedent(values).lstrip(), encoding="utf-8")
        return path

    return add


@pytest.fixture
def call(environments, capsys):
    """A function that runs a command and returns its exit code, what it says and its complaints."""

    def call(*words):
        folder = () if "--environments" in words else ("--environments", str(environments))
        code = run([str(word) for word in (*words, *folder)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def wide(monkeypatch):
    """Lines long enough for any path."""
    monkeypatch.setattr(table, "PIPED_WIDTH", 500)
