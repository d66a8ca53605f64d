"""What processes of this machine cost: CPU seconds and memory of a whole process group. Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(*groups: int) -> float:
    """Return CPU seconds, user and system, of the processes in these groups that run now."""
    return sum(int(words[11]) + int(words[12]) for _, words in _members(groups)) / TICKS


def cpu_of_one(pid: int) -> float:
    """Return CPU seconds, user and system, of one process."""
    words = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def memory_of(*groups: int) -> tuple[float, float]:
    """Return (RSS, PSS) in MiB; PSS counts a page that several processes share once."""
    rss = pss = 0.0
    for folder, _ in _members(groups):
        text = (folder / "smaps_rollup").read_text("ascii")
        found = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
        rss += int(found["Rss"]) / 1024
        pss += int(found["Pss"]) / 1024
    return rss, pss


def load() -> str:
    """Return how busy the machine is: CPUs, and the three load averages."""
    return f"{os.cpu_count()} CPUs, load {' '.join(f'{n:.1f}' for n in os.getloadavg())}"


def _members(groups: tuple[int, ...]) -> Iterator[tuple[Path, list[str]]]:
    """Yield folder in /proc, and the words of `stat` after the name: proc(5), field 3 comes first."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(words[2]) in groups and words[0] not in "ZX":
            yield folder, words
