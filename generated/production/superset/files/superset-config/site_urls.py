"""Addresses of the metadata database and of Redis, passwords quoted; used by superset_config.py."""

from __future__ import annotations

from urllib.parse import quote, urlencode

DRIVERS = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}


def authorities(path: str) -> str:
    """Return the file of trusted authorities: the one at `path`, or those shipped with certifi."""
    if path:
        return path
    import certifi

    return certifi.where()


def database_uri(server: dict[str, str], password: str) -> str:
    """Return the SQLAlchemy address of the metadata database.

    Args:
        server: engine, host, port, name, user, tls (off, require, verify), ca (file, or empty).
        password: of the user; any character may occur.
    """
    login = f"{quote(server['user'], safe='')}:{quote(password, safe='')}"
    place = f"{server['host']}:{server['port']}/{quote(server['name'], safe='')}"
    # TLS goes into the address, since the migrations make their own connection from it.
    query = mysql_query(server) if server["engine"] == "mysql" else postgresql_query(server)
    return f"{DRIVERS[server['engine']]}://{login}@{place}?{urlencode(query)}"


def postgresql_query(server: dict[str, str]) -> dict[str, str]:
    """Return the options of libpq; names: PostgreSQL documentation, section 34.1.2."""
    if server["tls"] == "verify":
        return {"sslmode": "verify-full", "sslrootcert": authorities(server["ca"])}
    return {"sslmode": "require" if server["tls"] == "require" else "disable"}


def mysql_query(server: dict[str, str]) -> dict[str, str]:
    """Return the options of SQLAlchemy's PyMySQL dialect."""
    query = {"charset": "utf8mb4"}
    if server["tls"] == "verify":
        return {**query, "ssl_ca": authorities(server["ca"]), "ssl_check_hostname": "true"}
    if server["tls"] == "require":
        return {**query, "ssl_check_hostname": "false"}
    return query


def redis_url(server: dict[str, str], password: str, database: int) -> str:
    """Return the address of one Redis database.

    Args:
        server: host, port, user (may be empty), tls (off, verify), ca (file, or empty).
        password: of the user; any character may occur.
        database: its number.
    """
    login = f"{quote(server['user'], safe='')}:{quote(password, safe='')}"
    scheme = "rediss" if server["tls"] == "verify" else "redis"
    url = f"{scheme}://{login}@{server['host']}:{server['port']}/{database}"
    if server["tls"] != "verify":
        return url
    query = {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": "true",
        "ssl_ca_certs": authorities(server["ca"]),
    }
    return f"{url}?{urlencode(query)}"
