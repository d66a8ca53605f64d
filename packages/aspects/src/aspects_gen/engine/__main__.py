"""`python -m aspects_gen.engine`: serve one data directory until told to stop."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path

from aspects_gen.engine import process
from aspects_gen.engine.embedded import Embedded
from aspects_gen.engine.fault import EngineError
from aspects_gen.engine.server import HOST, Front, Server
from aspects_gen.engine.session import Sessions
from aspects_gen.engine.users import accounts_of, owner, read_users

POLL_SECONDS = 0.05
"""How soon the engine sees that it is to stop."""


def main() -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    arguments = _arguments()
    os.environ["TZ"] = "UTC"  # chDB takes its time zone from here, not from its configuration
    time.tzset()
    try:
        serve(arguments)
    except EngineError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def serve(arguments: argparse.Namespace) -> None:
    """Open the data directory, listen, publish the address, and close in the opposite order.

    Raises:
        EngineError: the directory or the port is in use, the users file is wrong, or chDB is missing.
    """
    folder = Path(arguments.data).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    users = read_users(Path(arguments.users)) if arguments.users else [owner()]
    lock = process.claim(folder)
    server = Server(arguments.port)
    name = f"aspects-engine-{secrets.token_hex(4)}"
    embedded = Embedded(folder, name, users)
    sessions = Sessions(embedded.connect)
    rules = (arguments.on_cluster, arguments.access)
    server.front = Front(embedded, sessions, accounts_of(users), name, *rules)
    _stop_when_told(server, tied=arguments.tied)
    process.publish(folder, process.Engine(HOST, server.port, os.getpid(), name))
    print(f"{name} serves {folder} at http://{HOST}:{server.port}", flush=True)
    server.serve_forever(poll_interval=POLL_SECONDS)
    server.server_close()
    all_ended = server.drain()
    process.withdraw(folder)
    if not all_ended:
        print("requests were cut off", file=sys.stderr, flush=True)
        os._exit(
            0
        )  # chDB survives that as it survives kill -9; closing under a query it would not
    sessions.close()
    embedded.close()
    lock.close()


def _stop_when_told(server: Server, *, tied: bool) -> None:
    """Stop at SIGTERM, at SIGINT, and when standard input ends if the engine is tied to its parent."""

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    def wait_for_end() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        stop()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, stop)
    if tied:
        threading.Thread(target=wait_for_end, daemon=True).start()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m aspects_gen.engine",
        description="Serve one data directory over ClickHouse's HTTP interface, on loopback.",
    )
    parser.add_argument("--data", required=True, help="data directory, made when missing")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument(
        "--users", help="users file (JSON); without it `default` may do everything"
    )
    parser.add_argument("--on-cluster", choices=("strip", "refuse"), default="refuse")
    parser.add_argument(
        "--access",
        choices=("accept", "refuse"),
        default="refuse",
        help="statements of users and rights, which the engine cannot run: accept does nothing",
    )
    parser.add_argument("--tied", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(
        code
    )  # all is closed; the interpreter's own end would wait for threads and chDB's leftovers
