"""The aggregator's outputs: tables of ClickHouse and the archive. Called by `pipeline`."""

from __future__ import annotations

from typing import Any

from aspects_vector.target import Server

CA_FILE = "/run/ca/vector/ca.crt"


def sinks(values: dict[str, Any], server: Server) -> dict[str, Any]:
    """Return the sinks that hold events, by name; the name is also the folder of the buffer."""
    names, store = values["clickhouse"], values["store"]
    found = {}
    if store["xapi"]:
        found["xapi_table"] = _table(values, server, "xapi_outcome.accepted", names["xapiTable"])
    if store["trackingLogs"]:
        rows, table = "tracking_outcome.accepted", names["trackingTable"]
        found["tracking_table"] = _table(values, server, rows, table)
    if store["deadLetters"]:
        table = names["deadLetterTable"]
        found["dead_letter_table"] = _table(values, server, "dead_letters", table)
    if values["archive"]["enabled"]:
        found["xapi_archive"] = _archive(values)
    return found


def _table(values: dict[str, Any], server: Server, rows: str, table: str) -> dict[str, Any]:
    clickhouse, batch = values["clickhouse"], values["batch"]
    scheme = "https" if server["tls"] else "http"
    found = {
        "type": "clickhouse",
        "inputs": [rows],
        "endpoint": f"{scheme}://{server['host']}:{server['port']}",
        "database": clickhouse["database"],
        "table": table,
        "auth": {
            "strategy": "basic",
            "user": clickhouse["user"],
            "password": "SECRET[files.clickhouse_password]",
        },
        "format": "json_each_row",
        "compression": "gzip",
        "date_time_best_effort": True,
        # A column that a table does not have yet costs that column, not the row.
        "skip_unknown_fields": True,
        "query_settings": {"async_insert_settings": _async_insert(clickhouse["asyncInsert"])},
        "batch": {"timeout_secs": batch["timeoutSeconds"], "max_events": batch["maxEvents"]},
        "acknowledgements": {"enabled": True},
        "buffer": _buffer(values, "block"),
    }
    if server["tls"] and clickhouse["caSecret"]["name"]:
        found["tls"] = {"ca_file": CA_FILE}
    return found


def _async_insert(enabled: bool) -> dict[str, bool]:
    # Without the wait the server would confirm what it has only in memory.
    return {"enabled": True, "wait_for_processing": True} if enabled else {"enabled": False}


def _archive(values: dict[str, Any]) -> dict[str, Any]:
    """Return the object store's sink, which must never hold up the tables.

    Its own buffer; when that is full the archive's copy is dropped and counted, which raises
    VectorDiscardsEvents. A missing bucket does not stop the start, and the readers'
    acknowledgements do not wait for it.
    """
    archive = values["archive"]
    found = {
        "type": "aws_s3",
        "inputs": ["xapi_outcome.accepted"],
        "bucket": archive["bucket"],
        "region": archive["region"],
        "key_prefix": f"{archive['prefix']}/%Y/%m/%d/%H/",
        "compression": "zstd",
        "encoding": {"codec": "json"},
        "framing": {"method": "newline_delimited"},
        "batch": {
            "max_events": archive["maxEvents"],
            "timeout_secs": archive["timeoutSeconds"],
        },
        "healthcheck": {"enabled": False},
        "acknowledgements": {"enabled": False},
        "buffer": _buffer(values, "drop_newest"),
    }
    if archive["endpoint"]:
        found["endpoint"] = archive["endpoint"]
    if archive["credentials"] == "secret":
        found["auth"] = {
            "access_key_id": "SECRET[files.archive_access_key]",
            "secret_access_key": "SECRET[files.archive_secret_key]",
        }
    return found


def _buffer(values: dict[str, Any], when_full: str) -> dict[str, Any]:
    return {"type": "disk", "max_size": values["bufferBytes"], "when_full": when_full}
