"""The embedded engine itself: one data directory, many connections. chDB is imported here and nowhere else."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from aspects_gen.engine.config import assert_configured, config_xml
from aspects_gen.engine.fault import EngineError
from aspects_gen.engine.usersxml import users_xml

NEEDED = "the embedded engine needs chDB, which is not installed; fix: pip install 'aspects-gen[engine]'"


class Embedded:
    """An open data directory. One process can hold only one.

    Args:
        folder: holds the data, the configuration and users.xml.
        name: what the server calls itself.
        users: accounts of a users file.
    """

    def __init__(self, folder: Path, name: str, users: list[dict[str, Any]]) -> None:
        self._connection_type = connection_type()
        config, people = folder / "config.xml", folder / "users.xml"
        people.write_text(users_xml(users), encoding="utf-8")
        config.write_text(config_xml(name, str(people)), encoding="utf-8")
        self._address = f"file:{folder / 'data'}?config-file={config}"
        try:
            self._first = self.connect()
        except RuntimeError as error:
            raise EngineError(f"data directory {folder} cannot be opened: {error}") from error
        assert_configured(self._first, name, str(config))
        self._run("SYSTEM FLUSH LOGS")  # only then system.query_log exists
        self._make_default_ordinary(folder)
        self.version = str(self._first.query("SELECT version()", "LineAsString")).strip()
        self.timezone = str(self._first.query("SELECT timezone()", "LineAsString")).strip()

    def connect(self) -> Any:
        """Return a connection with a database, settings, temporary tables and a role of its own."""
        return self._connection_type(self._address)

    def _make_default_ordinary(self, folder: Path) -> None:
        """Take files out of the database `default`: chDB lays a folder over it, so that any name is a table."""
        record = folder / "data" / "metadata" / "default.sql"
        self._run("DETACH DATABASE default")
        if record.exists() and not _holds_tables(record):
            record.unlink()  # chDB registers no database without tables, so that it cannot be attached
        kept = record.exists()
        self._run("ATTACH DATABASE default" if kept else "CREATE DATABASE default ENGINE = Atomic")

    def _run(self, sql: str) -> None:
        self._first.query(sql, "Null")

    def close(self) -> None:
        """Let go of the data directory; every other connection must be closed."""
        self._first.close()


def _holds_tables(record: Path) -> bool:
    """Return whether the database that a record of metadata describes has tables."""
    uuid = record.read_text(encoding="utf-8").partition("UUID '")[2].partition("'")[0]
    store = record.parent.parent / "store" / uuid[:3] / uuid
    return not uuid or any(store.glob("*.sql"))


def connection_type() -> Any:
    """Return chDB's class of connections.

    Raises:
        EngineError: chDB is not installed.
    """
    try:
        return import_module("chdb.state.sqlitelike").Connection
    except ImportError as error:
        raise EngineError(NEEDED) from error
