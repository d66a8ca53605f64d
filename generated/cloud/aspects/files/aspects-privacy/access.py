"""Create databases, users and grants. Run by the Job aspects-access; safe to repeat.

Passwords are read from mounted Secrets and enter a statement only as a hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

import server
import sql

PLACE = re.compile(r"@sha256\(([a-z][a-z0-9_]*)\)@")

SIGN_IN_SECONDS = 60
"""How long a new password may take to reach every replica."""


def main() -> None:
    """Run every file in order, then prove that each client can sign in."""
    secrets = Path(os.environ["SECRETS"])
    client = server.connect(os.environ["ADMIN_USER"], password(secrets / "admin"))
    for path in sorted(Path(os.environ["SQL"]).glob("*.sql")):
        run_file(client, path, secrets)
    for entry in os.environ["CLIENTS"].split():
        name, _, user = entry.partition("=")
        server.connect(user, password(secrets / name), wait_seconds=SIGN_IN_SECONDS, settings={})
        server.say(f"{user} can sign in")


def run_file(client, path: Path, secrets: Path) -> None:
    """Run one file; exit with file, number and statement when the server refuses."""
    found = list(sql.statements(path.read_text("utf-8")))
    server.say(f"{path.name}: {len(found)} statements")
    for number, statement in enumerate(found, 1):
        try:
            client.command(filled(statement, secrets))
        except Exception as error:
            reason = masked(server.first_line(error))
            sys.exit(f"{path.name}, statement {number} failed: {reason}\n  {statement}")


def filled(statement: str, secrets: Path) -> str:
    """Put the hash of each client's password in its place."""
    return PLACE.sub(lambda match: digest(password(secrets / match[1])), statement)


def digest(text: str) -> str:
    """Return what ClickHouse stores for a password: its SHA-256 in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def password(path: Path) -> str:
    """Return a mounted password; exit when there is none, or one that clients would not agree on.

    The server and most clients get it from the environment with every blank, others without.
    """
    text = path.read_text("utf-8") if path.is_file() else ""
    if not text.strip():
        sys.exit(f"the password of {path.name} is missing or empty: fill its Secret")
    if text != text.strip():
        sys.exit(
            f"the password of {path.name} begins or ends with a blank or line break: "
            "store it without"
        )
    return text


def masked(text: str) -> str:
    """Hide hashes in a message of the server."""
    return re.sub(r"[0-9a-fA-F]{64}", "[hash]", text)


if __name__ == "__main__":
    main()
