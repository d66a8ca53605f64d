"""What each client is there for, done in its name with a made-up campus."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from aspects_gen.errors import Failure, VerifyError
from aspects_gen.verify.client import Client, RefusedError
from aspects_gen.verify.matrix import Table
from aspects_gen.verify.rights import allows

STATEMENTS, LEARNERS, DAYS = 200, 8, 30
"""Size of the campus: enough that every model gets rows."""

Asking = dict[str, Client]
"""Client id to a client signed in as it."""


class Work:
    """A campus, and what each client does with it.

    Args:
        model: the access model.
        asking: every client of it, signed in.
        file: where rights stand.
    """

    def __init__(self, model: dict[str, Any], asking: Asking, file: str) -> None:
        from aspects_gen.demo.campus import make_campus
        from aspects_gen.demo.moments import read_day

        self._clients = {client["id"]: client for client in model["clients"]}
        self._asking = asking
        self._file = file
        start = read_day("2026-01-05")
        self._campus = make_campus(7, start=start, days=DAYS, courses=2, learners=LEARNERS)
        self._failures: list[Failure] = []

    def write(self) -> list[str]:
        """Let every client that writes do so; return what was done, one line for each.

        Raises:
            VerifyError: a client could not.
        """
        done = [line for line in (self._lrs(), self._vector(), self._sinks()) if line]
        self._finish()
        return done

    def read(self, tables: list[Table]) -> list[str]:
        """Let everyone who reads do so, all that the model gives; return what was done.

        Raises:
            VerifyError: a client could not.
        """
        done = []
        for name, client in self._clients.items():
            if name in ("lrs", "vector", "sinks", "dbt", "migrations", "backup"):
                continue
            # a materialized view is a trigger or a timer; what it fills is what is read
            shown = [table for table in tables if table.engine != "MaterializedView"]
            seen = [table for table in shown if allows(client, "SELECT", table.on)]
            for table in seen:
                self._do(name, f"SELECT * FROM `{table.database}`.`{table.name}` LIMIT 1")
            read = [
                t for t in seen if t.engine == "Dictionary" and allows(client, "dictGet", t.on)
            ]
            for table in read:
                self._do(name, f"SELECT * FROM dictionary('{table.on}') LIMIT 1")
            done.append(f"{client['user']} reads {len(seen)} relations")
        self._finish()
        return done

    def _finish(self) -> None:
        if self._failures:
            raise VerifyError(self._failures)

    def _lrs(self) -> str:
        """Insert as Ralph does: after looking for the ids."""
        if "lrs" not in self._clients:
            return ""
        raw = self._written("lrs")[0]
        rows = list(self._events())
        ids = ", ".join(f"'{row['event_id']}'" for row in rows[:20])
        self._do("lrs", f"SELECT event_id FROM {raw} WHERE event_id IN ({ids})")
        self._insert("lrs", raw, rows)
        return f"{self._clients['lrs']['user']} looks up and inserts {len(rows)} statements"

    def _vector(self) -> str:
        """Insert as Vector does: rows as JSON, columns that are missing take their defaults."""
        if "vector" not in self._clients:
            return ""
        raw, *others = self._written("vector")
        rows = list(self._events())
        self._insert("vector", raw, rows)
        for table in others:
            self._insert("vector", table, [{}])
        return f"{self._clients['vector']['user']} inserts into {1 + len(others)} tables"

    def _sinks(self) -> str:
        """Insert CSV as the LMS does, and remove a learner as its retirement does."""
        from aspects_gen.demo.rows import stream_rows
        from aspects_gen.demo.tables import COLUMNS
        from aspects_gen.demo.writer import write_rows

        if "sinks" not in self._clients:
            return ""
        count = 0
        tables = self._written("sinks")
        for table in tables:
            name = table.rpartition(".")[2]
            if name in COLUMNS:
                text = io.StringIO(newline="")
                try:
                    count += write_rows(stream_rows(self._campus, name), text, "csv")
                except KeyError:  # a table that the campus does not fill
                    continue
                self._do("sinks", f"INSERT INTO {table} FORMAT CSV", text.getvalue().encode())
            self._do("sinks", f"SELECT count() FROM {table}")
        client = self._clients["sinks"]
        removed = [on for rights, on in client["grants"] if "ALTER DELETE" in rights]
        for table in removed:
            # someone who is not there: that the right holds is what is tried
            self._do("sinks", f"ALTER TABLE {table} DELETE WHERE user_id = 4000000000")
        return (
            f"{client['user']} inserts {count} rows of CSV and deletes from {len(removed)} tables"
        )

    def _events(self) -> Iterator[dict[str, str]]:
        from aspects_gen.demo.timeline import stream_events

        for event_id, moment, text in stream_events(self._campus, STATEMENTS, 0.05):
            yield {"event_id": event_id, "emission_time": moment, "event": text}

    def _written(self, name: str) -> list[str]:
        return [on for rights, on in self._clients[name]["grants"] if "INSERT" in rights]

    def _insert(self, name: str, table: str, rows: list[dict[str, str]]) -> None:
        data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        self._do(name, f"INSERT INTO {table} FORMAT JSONEachRow", data)

    def _do(self, name: str, statement: str, data: bytes | None = None) -> None:
        settings = {"date_time_input_format": "best_effort"} if data is not None else {}
        try:
            self._asking[name].ask(statement, data, **settings)
        except RefusedError as refusal:
            user = self._clients[name]["user"]
            problem = f"{user} could not do its work: {refusal.text[:600]}"
            fix = "give its role the right, or mend the table it writes to"
            self._failures.append(Failure("work", self._file, statement, problem, fix))
