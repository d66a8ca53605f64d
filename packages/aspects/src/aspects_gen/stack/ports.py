"""Ports of the loopback: chosen once, kept, and chosen anew where another program has taken them."""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterable
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"


def choose(names: Iterable[str], known: dict[str, int], ours: Collection[str]) -> dict[str, int]:
    """Return a port for each name.

    Args:
        names: what needs one.
        known: those chosen before.
        ours: names whose service runs and holds its port.
    """
    wanted = list(names)
    chosen = {
        name: known[name]
        for name in wanted
        if name in known and (name in ours or is_free(known[name]))
    }
    with ExitStack() as held:  # all at once, so that no two are the same
        for name in wanted:
            if name not in chosen:
                probe = held.enter_context(socket.socket())
                probe.bind((LOOPBACK, 0))
                chosen[name] = int(probe.getsockname()[1])
    return chosen


def is_free(port: int) -> bool:
    """Tell whether a service could listen on a port."""
    with socket.socket() as probe:
        # as servers do: connections that are only just closed do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
