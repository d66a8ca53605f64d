"""The Job that loads a made-up campus. Called by `operations` of the command line.

It is no part of the output: a person prints and applies it, once, where there are no real courses.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aspects_gen.aspects.clickhouse_jobs import Recipe, plain_env, script_job
from aspects_gen.aspects.lms import lrs_url, sinks
from aspects_gen.aspects.naming import parsed_database
from aspects_gen.aspects.server import SCHEMA
from aspects_gen.aspects.trees import PACKAGE, read_tree
from aspects_gen.services.contract import Need, Output, Tools

NAME = "aspects-demo-data"
GENERATOR = PACKAGE.parent
WITHOUT = ("truth.py", "truths")
"""What only tests need of the campus."""


class Wanted(NamedTuple):
    """The campus that is loaded; the same one each time."""

    start: str
    """Its first day, such as 2026-01-05; the caller has read it."""
    days: int
    statements: int
    courses: int
    learners: int
    seed: int


def demo_data(
    values: dict[str, Any], tools: Tools, wanted: Wanted, *, beside_real_data: bool
) -> Output:
    """Return the Job with its files and connections.

    Args:
        values: the whole tree, complete.
        tools: as for every service.
        wanted: which campus.
        beside_real_data: load it even into production, and where courses of others are.

    Raises:
        ValueError: a size that makes no campus; production; nothing here takes statements.
    """
    _check(wanted)
    if values["profile"] == "production" and not beside_real_data:
        raise ValueError(
            "this environment's profile is production, where made-up people would be counted among real "
            "ones; load them into another, or give --beside-real-data"
        )
    env, needs = _way(values, tools)
    aspects = values["aspects"]
    words = [
        word
        for key, value in wanted._asdict().items()
        for word in (f"--{key}", str(value))  # kept apart, as a shell would
    ]
    login = aspects["clients"]["sinks"]
    plain = {
        "RAW_DATABASE": parsed_database(aspects),
        "RAW_TABLE": aspects["tables"]["rawXapi"],
        "SINK_DATABASE": aspects["databases"]["eventSink"],
        "TABLES": " ".join(copied_tables(aspects)),
        "SINKS_USER": login["user"],
    }
    secret = login["passwordSecret"]
    sinks_password = {"name": "SINKS_PASSWORD", **tools.secret(secret["name"], secret["key"])}
    recipe = Recipe(
        name=NAME,
        about="load a made-up campus",
        script="load_demo_data.py",
        env=[*plain_env(plain), sinks_password, *env],
        mounts={},
        scripts=NAME,
        tuning="migrate",
    )
    job = script_job(values, tools, recipe)
    job["pod"]["containers"][0]["command"] += words
    if beside_real_data:
        job["pod"]["containers"][0]["command"].append("--beside-real-data")
    writes: Need = {"client": f"job/{NAME}", "endpoint": SCHEMA, "why": "writes records"}
    return {"jobs": [job], "files": {NAME: script_files()}, "needs": [writes, *needs]}


def copied_tables(aspects: dict[str, Any]) -> list[str]:
    """Return the sink tables that the LMS of this deployment fills."""
    found = set(sinks(aspects)) - {"auth_user"}
    if "course_overviews" in found:
        found.add("course_blocks")  # one sink copies both
    return sorted(found)


def script_files() -> dict[str, str]:
    """Return the script and the modules of the generator that make a campus, verbatim."""
    found = dict(read_tree("jobs/demo"))
    for name in ("__init__.py", "errors.py"):
        found[f"aspects_gen/{name}"] = (GENERATOR / name).read_text("utf-8")
    folder = GENERATOR / "demo"
    for file in sorted(folder.glob("*.py")):
        if file.name not in WITHOUT:
            found[f"aspects_gen/demo/{file.name}"] = file.read_text("utf-8")
    return found


def _way(values: dict[str, Any], tools: Tools) -> tuple[list[dict[str, Any]], list[Need]]:
    """Return the variables and connections of the account that writes statements here."""
    aspects, url = values["aspects"], lrs_url(values, tools)
    if aspects["source"] == "ralph" and url:
        secret = aspects["lrs"]["passwordSecret"]
        password = {"name": "LRS_PASSWORD", **tools.secret(secret["name"], secret["key"])}
        plain = {"LRS_URL": url, "LRS_USER": aspects["lrs"]["username"]}
        return [*plain_env(plain), password], [_lrs_need(aspects, tools)]
    if aspects["source"] == "vector" and values["vector"]["enabled"]:
        login = aspects["clients"]["vector"]
        secret = login["passwordSecret"]
        password = {"name": "VECTOR_PASSWORD", **tools.secret(secret["name"], secret["key"])}
        return [*plain_env({"VECTOR_USER": login["user"]}), password], []
    raise ValueError("nothing here takes statements: neither Ralph nor Vector is enabled")


def _lrs_need(aspects: dict[str, Any], tools: Tools) -> Need:
    need: Need = {"client": f"job/{NAME}", "why": "sends statements"}
    if not aspects["lrs"]["url"] and tools.endpoint("ralph/http"):
        return {**need, "endpoint": "ralph/http"}
    parts = urlsplit(aspects["lrs"]["url"])
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {**need, "external": str(parts.hostname), "port": port}


def _check(wanted: Wanted) -> None:
    for name in ("days", "statements", "courses", "learners"):
        if getattr(wanted, name) < 1:
            raise ValueError(f"--{name} {getattr(wanted, name)} is too few; give at least 1")
