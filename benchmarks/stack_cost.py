"""What the local stack costs: step times of a first and a later `up`, memory and CPU of all its processes.

    hatch run test:python benchmarks/stack_cost.py [--feed N] [--seconds S] [--state DIR]

Brings the environment `starter` up in a folder of its own, counts, lets the feed run for some seconds, brings it up
again and takes it away. Packages of Ralph and Superset come from the user's cache; the first line says whether they
had to be installed. Step times are wall times of this machine; the yardstick beside the CPU is Python's start with
three libraries, as in build_cost.py.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import cpu_of, load, memory_of

from aspects_gen.engine import process as engine
from aspects_gen.stack.packages import cache_folder
from aspects_gen.stack.services import ENGINE, FEED, LMS, RALPH, SUPERSET
from aspects_gen.stack.state import State

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "aspects_gen"]
YARDSTICK = [sys.executable, "-c", "import yaml, jinja2, jsonschema"]
STEP = re.compile(r"^ *([\d.]+) s  (.*?)(: .*)? \(([\d.]+) s\)$")


def main() -> None:
    """Measure both runs and what stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feed", type=float, default=5, help="statements a second (default: 5)")
    parser.add_argument("--seconds", type=int, default=60, help="how long the feed is watched")
    parser.add_argument(
        "--state", type=Path, help="folder of the stack; a temporary one if left out"
    )
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = words.state or Path(temporary) / "stack"
        measure(folder, words.feed, words.seconds)


def measure(folder: Path, feed: float, seconds: int) -> None:
    """Bring up, watch, bring up again, and take away, whatever happens."""
    known = sorted(cache_folder().glob("*/complete"))
    print(f"{load()}; environments of packages at hand: {len(known)} of 2", flush=True)
    yard = run(YARDSTICK)[0]
    try:
        for which in ("first", "later"):
            cpu, wall, said = run(
                [
                    *(*COMMAND, "up", "starter", "--environments", str(ROOT / "environments")),
                    *("--detach", "--state", str(folder), "--feed", str(feed)),
                ]
            )
            print(
                f"\n{which} run: {wall:.0f} s, {cpu:.1f} CPU s of its own ({cpu / yard:.0f} yardsticks); {load()}"
            )
            for line in said.splitlines():
                step = STEP.match(line)
                if step:
                    print(f"{float(step[4]):>8.1f} s  {step[2]}")
            if which == "first":
                watch(folder, seconds)
    finally:
        run([*COMMAND, "reset", "--yes", "--state", str(folder)])


def watch(folder: Path, seconds: int) -> None:
    """Print memory of each service, and CPU while only the feed and timers run."""
    groups = groups_of(folder)
    before = {name: cpu_of(group) for name, group in groups.items()}
    time.sleep(seconds)
    print(
        f"\n{'service':>12}{'RSS MiB':>10}{'PSS MiB':>10}{'CPU s so far':>14}{'% of a core then':>18}"
    )
    total = [0.0, 0.0]
    for name, group in groups.items():
        rss, pss = memory_of(group)
        total[0] += rss
        total[1] += pss
        used = cpu_of(group) - before[name]
        print(f"{name:>12}{rss:>10.0f}{pss:>10.0f}{before[name]:>14.1f}{used / seconds:>18.0%}")
    print(f"{'all':>12}{total[0]:>10.0f}{total[1]:>10.0f}", flush=True)


def groups_of(folder: Path) -> dict[str, int]:
    """Return service to process group."""
    state = State(folder)
    state.read()
    running = engine.running(folder / "clickhouse")
    found = {ENGINE: os.getpgid(running.pid)} if running else {}
    for name in (RALPH, SUPERSET, LMS, FEED):
        process = state.processes.find(name)
        if process:
            found[name] = os.getpgid(process.pid)
    return found


def run(command: list[str]) -> tuple[float, float, str]:
    """Return CPU seconds of a command with what it waited for, wall seconds, and what it told."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        told.seek(0)
        text = told.read()
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"failed: {' '.join(command)}\n{text[-3000:]}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, text


if __name__ == "__main__":
    main()
