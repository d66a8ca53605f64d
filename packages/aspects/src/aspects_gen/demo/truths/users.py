"""Who learners are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.history import History

MAIL = "mailto:"


class UserPii(NamedTuple):
    """A row of user_pii."""

    user_id: int
    external_user_id: str
    username: str
    name: str
    email: str


class User(NamedTuple):
    """A row of dim_user_pii."""

    external_user_id: str
    username: str
    name: str
    email: str


class Identity(NamedTuple):
    """What is known of an actor: the columns that end many relations."""

    username: str = ""
    name: str = ""
    email: str = ""


def newest(records: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return the last dumped record of each value of a column."""
    latest: dict[Any, tuple[str, str, dict[str, Any]]] = {}
    for record in records:
        candidate = (record["time_last_dumped"], str(UUID(str(record["dump_id"]))), record)
        known = latest.get(record[key])
        if known is None or candidate[:2] > known[:2]:
            latest[record[key]] = candidate
    return [record for _, _, record in latest.values()]


def user_pii(history: History) -> list[UserPii]:
    """Return each user with each of their external ids, or with their email instead."""
    external: dict[int, set[str]] = defaultdict(set)
    for record in history.records("external_id"):
        external[record["user_id"]].add(str(UUID(str(record["external_user_id"]))))
    return sorted(
        UserPii(profile["user_id"], name, profile["username"], profile["name"], profile["email"])
        for profile in newest(history.records("user_profile"), "user_id")
        for name in external.get(profile["user_id"], {MAIL + profile["email"]})
    )


def dim_user_pii(history: History) -> list[User]:
    """Return each user without the account's id."""
    return sorted(User(*user[1:]) for user in history.once(user_pii))


def _index(history: History) -> tuple[dict[str, Identity], dict[str, Identity]]:
    """Return identities by external id and by email; of several the greatest account wins."""
    by_id, by_email = {}, {}
    for user in history.once(user_pii):
        identity = Identity(user.username, user.name, user.email)
        by_id[user.external_user_id] = identity
        by_email[user.email] = identity
    return by_id, by_email


def identify(history: History, actor: str) -> Identity:
    """Return who an actor is; empty texts for nobody known."""
    by_id, by_email = history.once(_index)
    if actor.startswith(MAIL):
        return by_email.get(actor.removeprefix(MAIL), Identity())
    return by_id.get(actor, Identity())
