"""Write Ralph's credentials file when a pod starts; runs in the Ralph image, before the server.

Two ways in, one file out (readable by its owner only):

    --users FILE --passwords FOLDER   clients from FILE; each password from FOLDER, then hashed
    --ready FILE                      a credentials file made elsewhere, checked and copied

A password or hash never reaches the output, an argument or the environment. Exit status 1 and
one line a problem when anything is wrong: the pod then stays in its init phase and says so, where
Ralph itself would start, look healthy and answer every request with status 500.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import bcrypt

# Source: `ralph.api.auth.user.Scope` of Ralph 5.0.1, read 2026-11.
SCOPES = {
    "statements/write",
    "statements/read/mine",
    "statements/read",
    "state/write",
    "state/read",
    "define",
    "profile/write",
    "profile/read",
    "all/read",
    "all",
}
# Ways to name an xAPI agent, of which it has exactly one.
IDENTIFIERS = ("account", "mbox", "mbox_sha1sum", "openid")
HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
# bcrypt reads no further: two longer passwords with the same start would be one.
MOST_PASSWORD_BYTES = 72
COST = 12


class AuthFileError(Exception):
    """What is wrong with the clients, one text a problem; no text holds a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def main(arguments: list[str]) -> int:
    """Write the file that the arguments ask for; return the exit status."""
    options = _parse(arguments)
    try:
        if options.ready:
            clients = _read_list(options.ready)
            problems = find_problems(clients) + find_hash_problems(clients)
        else:
            clients = _read_list(options.users)
            problems = find_problems(clients)
        if problems:
            raise AuthFileError(problems)
        if not options.ready:
            clients = hash_passwords(clients, options.passwords)
        write_private(options.out, json.dumps(clients))
    except AuthFileError as error:
        for problem in error.problems:
            print(f"credentials: {problem}", file=sys.stderr)
        return 1
    names = ", ".join(client["username"] for client in clients)
    print(f"credentials: wrote {len(clients)} clients: {names}")
    return 0


def find_problems(clients: list[Any]) -> list[str]:
    """Return what Ralph would not accept of names, scopes and agents."""
    problems = []
    seen: set[str] = set()
    for index, client in enumerate(clients):
        name = client.get("username") if isinstance(client, dict) else None
        if not isinstance(name, str) or not name:
            problems.append(f"entry {index} has no username")
            continue
        if name in seen:
            problems.append(f"client {name} stands there twice")
        seen.add(name)
        problems += _scope_problems(name, client.get("scopes"))
        problems += _agent_problems(name, client.get("agent"))
    return problems


def find_hash_problems(clients: list[Any]) -> list[str]:
    """Return the clients whose hash is not one that bcrypt made."""
    return [
        f"client {client['username']} has no bcrypt hash"
        for client in clients
        if isinstance(client, dict)
        and client.get("username")
        and not HASH.fullmatch(str(client.get("hash")))
    ]


def hash_passwords(clients: list[Any], folder: Path) -> list[dict[str, Any]]:
    """Return the clients as Ralph reads them, each password replaced by its hash."""
    problems: list[str] = []
    written = []
    for client in clients:
        name, path = client["username"], client.get("passwordFile", "")
        try:
            password = (folder / path).read_bytes()
        except OSError:
            problems.append(
                f"client {name}: no password at {path}: does the Secret have that key?"
            )
            continue
        problem = _password_problem(password)
        if problem:
            problems.append(f"client {name}: the password at {path} {problem}")
            continue
        hashed = bcrypt.hashpw(password, bcrypt.gensalt(COST)).decode("ascii")
        kept = {key: client[key] for key in ("username", "scopes", "agent")}
        written.append({**kept, "hash": hashed})
    if problems:
        raise AuthFileError(problems)
    return written


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step."""
    draft = path.with_name(f".{path.name}")
    # A container that was killed here left its draft behind, and may not open it again.
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write Ralph's credentials file.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--users", type=Path, help="JSON list of clients without passwords")
    source.add_argument("--ready", type=Path, help="credentials file made elsewhere")
    parser.add_argument("--passwords", type=Path, help="folder of password files, with --users")
    parser.add_argument("--out", type=Path, required=True, help="where the file goes")
    options = parser.parse_args(arguments)
    if options.users and not options.passwords:
        parser.error("--users needs --passwords")
    return options


def _read_list(path: Path) -> list[Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise AuthFileError([f"cannot read {path}: does the Secret have that key?"]) from error
    except ValueError:
        # Not chained: the text of a JSON error may quote the file, which holds hashes.
        raise AuthFileError([f"{path} is not JSON"]) from None
    if not isinstance(found, list) or not found:
        raise AuthFileError([f"{path} is not a list of at least one client"])
    return found


def _scope_problems(name: str, scopes: Any) -> list[str]:
    if not isinstance(scopes, list) or not scopes:
        return [f"client {name} has no list of scopes"]
    wrong = sorted(str(scope) for scope in scopes if scope not in SCOPES)
    known = ", ".join(sorted(SCOPES))
    return [f"client {name} has unknown scope {scope}; known: {known}" for scope in wrong]


def _agent_problems(name: str, agent: Any) -> list[str]:
    if not isinstance(agent, dict):
        return [f"client {name} has no agent"]
    if len([key for key in IDENTIFIERS if key in agent]) != 1:
        return [f"client {name}: the agent needs exactly one of {', '.join(IDENTIFIERS)}"]
    account = agent.get("account", {"name": "-", "homePage": "-"})
    if not isinstance(account, dict) or not (account.get("name") and account.get("homePage")):
        return [f"client {name}: the agent's account needs name and homePage"]
    return []


def _password_problem(password: bytes) -> str:
    if not password:
        return "is empty"
    if len(password) > MOST_PASSWORD_BYTES:
        return f"is longer than {MOST_PASSWORD_BYTES} bytes, of which bcrypt reads no more"
    if password != password.strip():
        return "begins or ends with a blank or line break: store it without"
    if b"\0" in password:
        return "holds a zero byte"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
