"""Keep users, OAuth clients and event routes of the LMS as rows.json says. Run by init.sh.

What differs is updated, what is right is left alone, and routes to other LRSs are switched off, so
that no statement is sent twice or to a server that is gone.
"""

import json
import os
import sys
import time
from pathlib import Path

PAUSE_SECONDS = 5


def main():
    """Wait for the LMS's database, then bring every row up to date."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import check_password
    from django.db import connection
    from event_routing_backends.models import RouterConfiguration
    from oauth2_provider.models import get_application_model
    from openedx.core.djangoapps.oauth_dispatch.models import ApplicationAccess

    rows = json.loads(Path(os.environ["ASPECTS_ROWS"]).read_text(encoding="utf-8"))
    wait_for(connection.ensure_connection, float(os.environ.get("WAIT_SECONDS", "300")))
    users = {row["username"]: keep_user(get_user_model(), row) for row in rows["users"]}
    for row in rows["oauth_clients"]:
        application = keep_client(get_application_model(), row, users, check_password)
        keep_scopes(ApplicationAccess, application, row["scopes"])
    keep_routers(RouterConfiguration, rows["routers"])
    say("the LMS is wired")


def wait_for(attempt, limit):
    """Call `attempt` until it does not raise; exit with status 1 after `limit` seconds."""
    start = time.monotonic()
    while True:
        try:
            return attempt()
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        waited = time.monotonic() - start
        if waited >= limit:
            sys.exit(f"gave up on the LMS's database after {waited:.0f} s: {reason}")
        say(f"waiting for the LMS's database, {waited:.0f} of {limit:.0f} s: {reason}")
        time.sleep(min(PAUSE_SECONDS, max(limit - waited, 0.01)))


def keep_user(model, row):
    """Return the service user, made if missing; it never gets a password or rights."""
    user, made = model.objects.get_or_create(
        username=row["username"], defaults={"email": row["email"], "is_active": True}
    )
    if made:
        user.set_unusable_password()
        user.save()
    say(f"user {row['username']}: {'made' if made else 'is there'}")
    return user


def keep_client(model, row, users, check_password):
    """Return the OAuth client, made or updated; one of the same name is reused, not doubled."""
    secret = password(row["secret_variable"])
    found = model.objects.filter(name=row["name"]).order_by("pk").first()
    application = found or model(name=row["name"])
    wanted = {
        "user": users[row["user"]],
        "client_id": row["client_id"],
        "client_type": "confidential",
        "authorization_grant_type": "authorization-code",
        "redirect_uris": row["redirect_uris"],
        "skip_authorization": True,
    }
    changed = [name for name, value in wanted.items() if getattr(application, name) != value]
    for name in changed:
        setattr(application, name, wanted[name])
    if not holds_secret(application.client_secret, secret, check_password):
        application.client_secret = secret
        changed.append("client_secret")
    if changed or not found:
        application.save()
    state = "made" if not found else f"updated: {', '.join(changed)}" if changed else "is right"
    say(f"OAuth client {row['name']}: {state}")
    return application


def holds_secret(stored, secret, check_password):
    """Tell whether a stored client secret, plain or hashed, is this one."""
    if stored == secret:
        return True
    try:
        return check_password(secret, stored)
    except ValueError:
        return False


def keep_scopes(model, application, scopes):
    """Allow the client exactly these scopes."""
    model.objects.update_or_create(application=application, defaults={"scopes": scopes})


def keep_routers(model, rows):
    """Keep one enabled route per row and switch off every other xAPI route.

    The table is a history: the newest row of an address counts, and saving adds one.
    """
    wanted = {row["route_url"] for row in rows}
    for row in rows:
        fields = {name: row[name] for name in ("backend_name", "auth_scheme", "username")}
        fields |= {"enabled": True, "password": password(row["password_variable"])}
        current = model.current(row["route_url"])
        changed = [name for name, value in fields.items() if getattr(current, name) != value]
        if changed:
            model(route_url=row["route_url"], **fields).save()
        say(
            f"route {row['route_url']}: {'updated: ' + ', '.join(changed) if changed else 'is right'}"
        )
    for other in model.objects.current_set().filter(enabled=True, backend_name="xAPI"):
        if other.route_url not in wanted:
            other.pk, other.enabled = None, False
            other.save()
            say(f"route {other.route_url}: switched off")


def password(variable):
    """Return a password from the environment; exit with status 1 when it is missing."""
    value = os.environ.get(variable, "")
    if not value:
        sys.exit(f"the environment variable {variable} is missing or empty: fill its Secret")
    return value


def say(text):
    """Print a progress line at once."""
    print(text, flush=True)
