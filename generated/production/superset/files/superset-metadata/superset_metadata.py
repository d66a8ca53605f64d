"""Bring Superset's metadata database up to date: schema, rights, roles, accounts. One process, idempotent.

Reads metadata.json beside it and the passwords from the environment. Safe to kill and to run again.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Rights to data belong to whoever adds the datasets; they are left as they are.
DATA_RIGHTS = frozenset(
    {"datasource_access", "schema_access", "catalog_access", "database_access"}
)
PAUSE = 3.0  # seconds between two tries
LOCK = 7233021  # any number that no other program locks in this database


class StepError(Exception):
    """A step cannot succeed without a person; the text says what to do."""


def say(text: str) -> None:
    """Print a progress line at once."""
    print(f"superset-metadata: {text}", flush=True)


def first_line(error: BaseException) -> str:
    """Return what a driver says went wrong, in one line; drivers name users, never passwords."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def wait_for_database(engine: Any, seconds: float) -> None:
    """Return when the database answers a query; raise StepError after `seconds`."""
    from sqlalchemy.exc import SQLAlchemyError

    place = f"{engine.url.host or engine.url.database}:{engine.url.port or ''}".rstrip(":")
    end = time.monotonic() + seconds
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
            say(f"database at {place} answers")
            return
        except SQLAlchemyError as error:
            reason = first_line(getattr(error, "orig", None) or error)
        if time.monotonic() > end:
            raise StepError(
                f"database at {place} did not answer within {seconds:.0f} s ({reason}); "
                "is the server up, and do user and password match?"
            )
        say(f"waiting for the database at {place} ({reason})")
        time.sleep(PAUSE)


@contextlib.contextmanager
def exclusive(engine: Any, seconds: float) -> Iterator[None]:
    """Hold a lock in the database server, so that two of these never run at once."""
    kind = engine.dialect.name
    if kind not in ("postgresql", "mysql"):
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # The lock goes with the connection, which is kept out of the pool: closing it, or killing the
        # process, frees the lock.
        connection.detach()
        take = f"SELECT pg_try_advisory_lock({LOCK})"
        if kind == "mysql":
            take = f"SELECT GET_LOCK('superset-metadata-{LOCK}', 0)"
        end = time.monotonic() + seconds
        while not connection.exec_driver_sql(take).scalar():
            if time.monotonic() > end:
                raise StepError(f"another run held the database for more than {seconds:.0f} s")
            say("waiting for another run of this job to finish")
            time.sleep(PAUSE)
        yield


def upgrade_schema() -> None:
    """Run the migrations that are missing."""
    import superset
    from flask_migrate import upgrade

    say("upgrading the schema")
    upgrade(str(Path(superset.__file__).parent / "migrations"))


def sync_rights(appbuilder: Any) -> None:
    """Register every right and Superset's own roles, as `superset init` does."""
    say("registering rights and Superset's own roles")
    appbuilder.add_permissions(update_perms=True)
    appbuilder.sm.sync_role_definitions()


def find_rights(manager: Any, wanted: list[str]) -> tuple[list[Any], list[str]]:
    """Return the rights named `PERMISSION on VIEW`, and the names of those that do not exist."""
    found, unknown = [], []
    for text in wanted:
        permission, _, view = text.partition(" on ")
        right = manager.find_permission_view_menu(permission, view)
        if right is None:
            unknown.append(text)
        else:
            found.append(right)
    return found, unknown


def set_roles(manager: Any, session: Any, roles: dict[str, list[str]]) -> None:
    """Give each role exactly its rights, data rights apart; raise StepError on an unknown right."""
    missing: list[str] = []
    for name, wanted in sorted(roles.items()):
        rights, unknown = find_rights(manager, wanted)
        missing += [f"{name}: {text}" for text in unknown]
        role = manager.find_role(name) or manager.add_role(name)
        kept = [right for right in role.permissions if right.permission.name in DATA_RIGHTS]
        target = {right.id: right for right in [*kept, *rights]}
        before = {right.id for right in role.permissions}
        if before != set(target):
            role.permissions = list(target.values())
        say(f"role {name}: {len(rights)} rights, {len(before - set(target))} taken away")
    if missing:
        session.rollback()
        raise StepError("this Superset has no such right: " + "; ".join(missing))
    session.commit()


def set_account(manager: Any, session: Any, account: dict[str, Any]) -> None:
    """Create or update one account: e-mail, role, password from the environment."""
    from werkzeug.security import (
        check_password_hash,
        generate_password_hash,
    )

    username, secret = account["username"], read_password(account["password_variable"])
    role = manager.find_role(account["role"])
    if role is None:
        raise StepError(f"account {username}: no role {account['role']}")
    other = manager.find_user(email=account["email"])
    if other is not None and other.username != username:
        raise StepError(
            f"account {username}: its e-mail address belongs to another user; choose another one"
        )
    user = manager.find_user(username=username)
    if user is None:
        first, last = account["first_name"], account["last_name"]
        if not manager.add_user(username, first, last, account["email"], role, password=secret):
            raise StepError(f"account {username} could not be created; see the lines above")
        say(f"account {username}: created")
        return
    changed = not check_password_hash(user.password or "", secret)
    if changed:
        user.password = generate_password_hash(secret)
    user.email, user.active, user.roles = account["email"], True, [role]
    session.commit()
    say(f"account {username}: {'password changed' if changed else 'unchanged password'}")


def read_password(variable: str) -> str:
    """Return a password from the environment; raise StepError if it is empty."""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise StepError(f"{variable} is empty; fill the Secret it comes from")
    return value


def run(plan: dict[str, Any]) -> None:
    """Do every step of `plan` (metadata.json) in order."""
    from sqlalchemy import create_engine
    from superset.config import SQLALCHEMY_DATABASE_URI

    engine = create_engine(SQLALCHEMY_DATABASE_URI, pool_pre_ping=True)
    wait_for_database(engine, plan["wait_seconds"])
    with exclusive(engine, plan["wait_seconds"]):
        say("starting Superset")
        from superset.app import create_app

        app = create_app()
        with app.app_context():
            from superset import appbuilder, db

            upgrade_schema()
            sync_rights(appbuilder)
            set_roles(appbuilder.sm, db.session, plan["roles"])
            for account in plan["accounts"]:
                set_account(appbuilder.sm, db.session, account)
    say("done")


def main() -> int:
    """Run the plan beside this file, or the one given; return the exit code."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "metadata.json"
    try:
        run(json.loads(path.read_text(encoding="utf-8")))
    except StepError as error:
        say(f"FAILED: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
