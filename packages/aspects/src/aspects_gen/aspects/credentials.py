"""The Secrets that must exist for the clients. Called by `output`."""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects.access import active_clients
from aspects_gen.aspects.extensions import reader_logins
from aspects_gen.aspects.server import ca_secret
from aspects_gen.aspects.superset_job import application_secrets
from aspects_gen.services.contract import Secret, SecretKey

STRONG = "password:32"


def list_secrets(values: dict[str, Any]) -> list[Secret]:
    """Return every Secret that this package's Jobs read.

    Shared: each client's own service declares its password too, and the server's its own.
    """
    aspects, superset = values["aspects"], values["superset"]
    found: dict[str, dict[str, SecretKey]] = {}

    def add(ref: dict[str, str], about: str, generate: str = STRONG) -> None:
        key: SecretKey = {"about": about, "generate": generate} if generate else {"about": about}
        found.setdefault(ref["name"], {}).setdefault(ref["key"], key)

    admin = values["clickhouse"]["admin"]
    outside = values["clickhouse"]["topology"] == "external"
    add(
        admin["passwordSecret"],
        "password of ClickHouse's administrator",
        "" if outside else STRONG,
    )
    for client in active_clients(values):
        login = aspects["clients"][client]
        add(login["passwordSecret"], f"password of ClickHouse user {login['user']}")
    for login in reader_logins(aspects).values():
        add(login["passwordSecret"], f"password of ClickHouse user {login['user']}")
    if aspects["pii"] == "pseudonym":
        add(aspects["pseudonymSecret"], "key that pseudonyms of learners are made with")
    if ca_secret(values):
        add(ca_secret(values), "certificate authority of the ClickHouse server", "")
    if aspects["lrs"]["url"] or values["ralph"]["enabled"]:
        add(aspects["lrs"]["passwordSecret"], "password of the LMS at the LRS")
    if superset["enabled"]:
        add(superset["lmsAccount"]["passwordSecret"], "password of the LMS's Superset account")
        for variable, ref in application_secrets(superset).items():
            # how strong each must be is Superset's own to say
            add(ref, f"{variable} of Superset, read by the import as well", "")
        reader = superset["database"]["reader"]
        if reader["enabled"]:
            add(
                reader["passwordSecret"],
                f"password of {reader['user']} in Superset's database",
                "",
            )
    return [{"name": name, "keys": found[name], "shared": True} for name in sorted(found)]
