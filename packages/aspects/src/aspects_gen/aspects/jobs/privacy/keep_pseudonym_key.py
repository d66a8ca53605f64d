"""Put the key of pseudonyms where the models find it. Run by the Job aspects-pseudonyms; safe to repeat.

The key travels as data, never as text of a statement, so that no log of queries shows it.
"""

from __future__ import annotations

import os
import sys

import server
import warehouse

SHORTEST = 16
"""Characters below which a key could be guessed."""


def main() -> None:
    """Make the table and leave exactly this key in it."""
    key = os.environ["PSEUDONYM_KEY"]
    if len(key) < SHORTEST:
        sys.exit(
            f"the key of pseudonyms has {len(key)} characters, expected at least {SHORTEST}: "
            "fill its Secret"
        )
    client = server.connect(os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"])
    table = warehouse.Table(
        os.environ["EVENT_SINK_DATABASE"], "pseudonym_key", "", {"value": "String"}, frozenset()
    )
    engine = "ReplicatedMergeTree" if os.environ.get("CLICKHOUSE_CLUSTER") else "MergeTree"
    client.command(
        f"CREATE TABLE IF NOT EXISTS {warehouse.quoted(table)}{warehouse.on_cluster()} "
        f"(`value` String) ENGINE = {engine} ORDER BY tuple()"
    )
    kept = client.query(f"SELECT value FROM {warehouse.quoted(table)}").result_rows
    if kept == [(key,)]:
        server.say("the key of pseudonyms is in place")
        return
    if kept:
        warehouse.change(client, table, "DELETE WHERE true")
    client.insert(table.name, [[key]], column_names=["value"], database=table.home)
    server.say(
        "the key of pseudonyms has changed: rebuild the models to show new ones throughout"
        if kept
        else "the key of pseudonyms is stored"
    )


if __name__ == "__main__":
    warehouse.run(main)
