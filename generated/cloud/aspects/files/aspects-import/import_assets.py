"""Import databases, datasets, charts and dashboards into Superset. Run by the Job aspects-assets.

Safe to repeat: an asset is known by its UUID and updated in place, so that ids, owners, favourites
and permalinks stay. Any failure ends with status 1 and names the file.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml

KINDS = ("databases", "datasets", "charts", "dashboards")
PAUSE_SECONDS = 5
CLICKHOUSE = "databases/openedx_clickhouse.yaml"
MASK = "X" * 10
"""What Superset stores in an address in place of a password."""


def main() -> None:
    """Read and check every asset, then import all of them in one transaction."""
    assets = read_assets(Path(os.environ["ASSETS"]))
    if problems := check_assets(assets):
        sys.exit("assets are wrong, nothing was imported:\n  " + "\n  ".join(problems))
    assets[CLICKHOUSE]["sqlalchemy_uri"] = clickhouse_address()
    passwords = {CLICKHOUSE: os.environ["CLICKHOUSE_PASSWORD"]}
    import_assets(assets, passwords)
    counts = ", ".join(f"{count(assets, kind)} {kind}" for kind in KINDS)
    say(f"imported {counts}")


def read_assets(folder: Path) -> dict[str, Any]:
    """Return relative path to content of every YAML file; a broken file is kept as its error."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith("..") for part in path.relative_to(folder).parts):
            continue  # a mounted ConfigMap keeps its older versions in hidden folders
        try:
            found[name] = yaml.safe_load(path.read_text("utf-8"))
        except yaml.YAMLError as error:
            found[name] = error
    return found


def check_assets(assets: dict[str, Any]) -> list[str]:
    """Return what is wrong: Superset's own import reports no file and no reason."""
    problems = []
    if CLICKHOUSE not in assets:
        problems.append(f"{CLICKHOUSE}: missing")
    seen: dict[str, str] = {}
    for name, content in sorted(assets.items()):
        if name == "metadata.yaml":
            continue
        if not isinstance(content, dict):
            problems.append(f"{name}: not a map: {str(content).splitlines()[0]}")
            continue
        uuid = str(content.get("uuid", ""))
        if not uuid:
            problems.append(f"{name}: uuid: missing")
        elif uuid in seen:
            problems.append(f"{name}: uuid: {uuid} is also that of {seen[uuid]}")
        seen[uuid] = name
    return problems


def clickhouse_address() -> str:
    """Return the SQLAlchemy address of ClickHouse with a mask in place of the password.

    Superset's web and worker find the certificate authority at the same path as this Job.
    """
    user = quote(os.environ["CLICKHOUSE_USER"], safe="")
    place = f"{os.environ['CLICKHOUSE_HOST']}:{os.environ['CLICKHOUSE_PORT']}"
    database = os.environ["CLICKHOUSE_DATABASE"]
    query = f"?{urlencode(encryption())}" if encryption() else ""
    return f"clickhousedb+connect://{user}:{MASK}@{place}/{database}{query}"


def encryption() -> dict[str, str]:
    """Return the options of clickhouse-connect that encrypt the connection and check the server."""
    if os.environ.get("CLICKHOUSE_TLS") != "true":
        return {}
    ca = os.environ.get("CLICKHOUSE_CA", "")
    return {"secure": "true", **({"ca_cert": ca} if ca else {})}


def import_assets(assets: dict[str, Any], passwords: dict[str, str]) -> None:
    """Hand everything to Superset inside its own application."""
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from superset import security_manager
        from superset.commands.importers.v1.assets import (
            ImportAssetsCommand,
        )
        from superset.utils.core import override_user

        administrator = wait_for_user(security_manager, os.environ["ADMIN_USER"])
        texts = {name: yaml.safe_dump(content) for name, content in assets.items()}
        with override_user(administrator):
            ImportAssetsCommand(texts, passwords=passwords).run()


def wait_for_user(security_manager: Any, name: str) -> Any:
    """Return the administrator once Superset's metadata is prepared; exit when it never is."""
    limit = float(os.environ.get("WAIT_SECONDS", "300"))
    start = time.monotonic()
    while True:
        try:
            user = security_manager.find_user(username=name)
            reason = "no such user yet"
        except Exception as error:
            user, reason = None, str(error).splitlines()[0][:200]
        if user:
            return user
        waited = time.monotonic() - start
        if waited >= limit:
            sys.exit(f"gave up on Superset's user {name} after {waited:.0f} s: {reason}")
        say(f"waiting for Superset's user {name}, {waited:.0f} of {limit:.0f} s: {reason}")
        time.sleep(min(PAUSE_SECONDS, max(limit - waited, 0.01)))


def count(assets: dict[str, Any], kind: str) -> int:
    """Return how many assets of a kind there are."""
    return sum(name.startswith(f"{kind}/") for name in assets)


def say(text: str) -> None:
    """Print a progress line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
