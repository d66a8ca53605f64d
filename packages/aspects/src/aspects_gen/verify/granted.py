"""Who may do what according to rendered SQL: the accounts that a server would have after it.

The embedded engine cannot run statements of access, so they are read here, and what they say becomes
the engine's users file. Tests then try the rights that the rendered files give, not those of a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aspects_gen.engine.statement import clauses
from aspects_gen.engine.tokens import COMMENT, MARK, tokens
from aspects_gen.engine.users import digest

PLACE = ("@sha256(", ")@")
"""What stands around a client's id where its password's hash belongs."""

Right = list[Any]
"""[privileges, on], as in the access model."""


class Said(NamedTuple):
    """One statement of a file."""

    file: str
    number: int
    text: str


class Accounts:
    """Roles, users and profiles, as statements leave them."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self.passwords = passwords
        self.granted: dict[str, list[Right]] = {}
        self.withheld: dict[str, list[Right]] = {}
        self.users: dict[str, dict[str, str]] = {}
        self.profiles: dict[str, dict[str, str]] = {}
        self.given: list[tuple[str, Right, Said]] = []
        """Role, right and the statement that gives it."""
        self.reading = Said("", 0, "")
        """The statement that is being read."""
        self.unread: list[Said] = []
        """Statements of access that the engine can neither run nor be told of."""

    def as_users(self) -> list[dict[str, Any]]:
        """Return the accounts in the shape of a users file."""
        return [
            {
                "name": name,
                "role": user["role"],
                "password_sha256": user.get("password", digest("")),
                "grants": self.granted.get(user["role"], []),
                "withheld": self.withheld.get(user["role"], []),
                "settings": dict(self.profiles.get(user.get("profile", ""), {})),
            }
            for name, user in self.users.items()
            if "role" in user
        ]


def split_statements(file: str, text: str) -> Iterator[Said]:
    """Yield the statements of a file, without comments."""
    latin, number = text.encode().decode("latin-1"), 0
    parts: list[str] = []
    for token in tokens(latin):
        piece = latin[token.start : token.end]
        if token.kind == MARK and piece == ";":
            statement = "".join(parts).strip().encode("latin-1").decode()
            parts, number = [], number + 1
            if statement:
                yield Said(file, number, statement)
        elif token.kind != COMMENT:
            parts.append(piece)
    if rest := "".join(parts).strip().encode("latin-1").decode():
        yield Said(file, number + 1, rest)


def read_access(files: Mapping[str, str], passwords: Mapping[str, str]) -> Accounts:
    """Return the accounts that SQL files make, in the order of their names.

    Args:
        files: file name to text.
        passwords: client id to the clear password.
    """
    accounts = Accounts(passwords)
    for name in sorted(files):
        for said in split_statements(name, files[name]):
            words = _words(said.text)
            accounts.reading = said
            read = _READERS.get((words[0].upper(), words[1].upper())) or _READERS.get(
                (words[0].upper(), "")
            )
            if read and not read(accounts, words):
                accounts.unread.append(said)
    return accounts


def _words(text: str) -> list[str]:
    """Return a statement's tokens without quotes of names, and without ON CLUSTER."""
    words = [
        part.text.strip("`").encode("latin-1").decode()
        for part in clauses(text.encode().decode("latin-1"))
    ]
    for place in range(len(words) - 2):
        if [word.upper() for word in words[place : place + 2]] == ["ON", "CLUSTER"]:
            return words[:place] + words[place + 3 :]
    return words


def _subject(words: list[str], kind: str) -> tuple[str, list[str]]:
    """Return the name after `kind [IF [NOT] EXISTS]`, and what follows."""
    rest = words[1 + len(kind.split()) :]
    while rest and rest[0].upper() in ("IF", "NOT", "EXISTS", "OR", "REPLACE"):
        rest = rest[1:]
    return (rest[0], rest[1:]) if rest else ("", [])


def _create_role(accounts: Accounts, words: list[str]) -> bool:
    accounts.granted.setdefault(_subject(words, "ROLE")[0], [])
    return True


def _user(accounts: Accounts, words: list[str]) -> bool:
    """Read a user's password, its default role and its profile; anything else is not understood."""
    name, rest = _subject(words, "USER")
    user = accounts.users.setdefault(name, {})
    upper = [word.upper() for word in rest]
    if upper[:1] == ["IDENTIFIED"]:
        secret = rest[-1].strip("'")
        head, tail = PLACE
        if not (secret.startswith(head) and secret.endswith(tail)):
            return False
        client = secret.removeprefix(head).removesuffix(tail)
        if client not in accounts.passwords:
            return False
        user["password"] = digest(accounts.passwords[client])
        return True
    if upper[:2] == ["DEFAULT", "ROLE"]:
        user["role"] = rest[2]
        rest, upper = rest[3:], upper[3:]
    if upper[:2] == ["SETTINGS", "PROFILE"]:
        user["profile"] = rest[2].strip("'")
        rest = rest[3:]
    elif upper[:2] == ["SETTINGS", "NONE"]:
        user.pop("profile", None)
        rest = rest[2:]
    return not rest


def _drop(accounts: Accounts, words: list[str]) -> bool:
    name = _subject(words, words[1])[0]
    accounts.users.pop(name, None)
    accounts.granted.pop(name, None)
    accounts.withheld.pop(name, None)
    return True


def _profile(accounts: Accounts, words: list[str]) -> bool:
    """Read `SETTINGS a = 1 CONST, b = 2 MAX 2`."""
    name, rest = _subject(words, "SETTINGS PROFILE")
    settings = accounts.profiles.setdefault(name, {})
    settings.clear()
    for place, word in enumerate(rest):
        if word == "=":
            settings[rest[place - 1]] = rest[place + 1].strip("'")
    return True


def _grant(accounts: Accounts, words: list[str]) -> bool:
    """Read `GRANT rights ON target, … TO role`, or `GRANT role TO user`."""
    upper = [word.upper() for word in words]
    place = upper.index("TO") if "TO" in upper else 0
    if not place or place + 1 >= len(words):
        return False
    name, tail = words[place + 1], upper[place + 2 :]
    if tail not in ([], ["WITH", "REPLACE", "OPTION"]):
        return False
    if "ON" not in upper[:place]:
        accounts.users.setdefault(name, {})["role"] = words[1]
        return place == 2
    role = _role_of(accounts, name)
    if tail:
        accounts.granted[role], accounts.withheld[role] = [], []
    for rights, on in _rights(words[1:place]):
        accounts.granted.setdefault(role, []).append([rights, on])
        accounts.given.append((role, [rights, on], accounts.reading))
        held = accounts.withheld.setdefault(role, [])
        # a grant takes back what was withheld below it
        held[:] = [[left, at] for kept, at in held if (left := _left(kept, at, rights, on))]
    return True


def _left(kept: list[str], at: str, rights: list[str], on: str) -> list[str]:
    covered = on in ("*.*", at, f"{at.partition('.')[0]}.*")
    return [right for right in kept if not (covered and right in rights)]


def _revoke(accounts: Accounts, words: list[str]) -> bool:
    """Read `REVOKE rights ON target FROM role`; from a user whose rights are a role's it takes nothing."""
    upper = [word.upper() for word in words]
    place = upper.index("FROM") if "FROM" in upper else 0
    if not place or place + 2 != len(words) or "ON" not in upper:
        return False
    name = words[place + 1]
    if name not in accounts.users:
        for rights, on in _rights(words[1:place]):
            accounts.withheld.setdefault(name, []).append([rights, on])
    return True


def _role_of(accounts: Accounts, name: str) -> str:
    """Return the role that carries the rights of a role or user."""
    user = accounts.users.get(name)
    return user.setdefault("role", f"{name}_role") if user is not None else name


def _rights(words: list[str]) -> Iterator[tuple[list[str], str]]:
    """Yield (privileges, on) of `A, B(c) ON db.table, C ON db.*`."""
    names: list[str] = []
    current: list[str] = []
    depth = place = 0
    while place < len(words):
        word = words[place]
        depth += (word == "(") - (word == ")")
        if word.upper() == "ON" and not depth:
            parts = [words[place + 1]]
            place += 2
            while place < len(words) and words[place] == ".":
                parts.append(words[place + 1])
                place += 2
            yield [*names, " ".join(current)], ".".join(parts)
            names, current = [], []
            place += 1  # the comma
            continue
        if word == "," and not depth:
            names.append(" ".join(current))
            current = []
        else:
            current.append(word)
        place += 1


_Reader = Callable[[Accounts, list[str]], bool]

_READERS: dict[tuple[str, str], _Reader] = {
    ("CREATE", "ROLE"): _create_role,
    ("CREATE", "USER"): _user,
    ("ALTER", "USER"): _user,
    ("DROP", "USER"): _drop,
    ("DROP", "ROLE"): _drop,
    ("CREATE", "SETTINGS"): _profile,
    ("ALTER", "SETTINGS"): _profile,
    ("CREATE", "QUOTA"): lambda _accounts, _words: False,
    ("ALTER", "QUOTA"): lambda _accounts, _words: False,
    ("CREATE", "ROW"): lambda _accounts, _words: False,
    ("CREATE", "POLICY"): lambda _accounts, _words: False,
    ("GRANT", ""): _grant,
    ("REVOKE", ""): _revoke,
}
"""First words of a statement to what reads it; it returns whether it understood."""
