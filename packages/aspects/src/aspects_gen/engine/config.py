"""The server configuration of the embedded engine, and the proof that it was read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from aspects_gen.engine.fault import EngineError


def config_xml(name: str, users_path: str) -> str:
    """Return the configuration file's text.

    Args:
        name: what the server calls itself, which also proves that the file was read.
        users_path: path of users.xml.
    """
    root = Xml.Element("clickhouse")
    Xml.SubElement(root, "display_name").text = name
    Xml.SubElement(root, "timezone").text = "UTC"
    directories = Xml.SubElement(root, "user_directories")
    Xml.SubElement(Xml.SubElement(directories, "users_xml"), "path").text = users_path
    log = Xml.SubElement(root, "query_log")
    Xml.SubElement(log, "database").text = "system"
    Xml.SubElement(log, "table").text = "query_log"
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


def assert_configured(connection: Any, name: str, config_path: str) -> None:
    """Raise unless the engine runs under its configuration: chDB ignores arguments it does not know.

    Raises:
        EngineError: a default took the place of something configured.
    """
    setting = "SELECT value FROM system.server_settings WHERE name = 'config-file'"
    found = {
        "config-file": _one(connection, setting),
        "display name": _one(connection, "SELECT displayName()"),
    }
    wanted = {"config-file": config_path, "display name": name}
    wrong = [key for key, value in wanted.items() if found[key] != value]
    if wrong:
        raise EngineError(f"the embedded engine ignored its configuration: {', '.join(wrong)}")


def _one(connection: Any, sql: str) -> str:
    return str(connection.query(sql, "LineAsString").bytes().decode().strip())
