"""How many lines of a log the VRL programs read, on each VRL runtime that is installed.

    hatch run test:python benchmarks/vrl_cost.py [--lines N]

The programs and conditions of the composed aggregator, one process, through the runtimes' Python bindings: Vector
itself pays for no Python, but for reading, batching and sending. The yardstick, in turns with it: Python's `json`
reads and writes the same lines. Also checks what is promised: how many lines are parsed, and that runtimes agree.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from processes import load  # noqa: E402

from aspects_gen.stack import campus  # noqa: E402
from aspects_gen.stack.lines import BROKEN, CONFIG_MAP, Pipeline, log_lines  # noqa: E402
from environments import bundle_of  # noqa: E402

ENVIRONMENT = "production"
"""The one whose events travel by log."""

READ_AT = "2026-02-17T00:00:00Z"
RUNS = 3


class Answer(NamedTuple):
    """What a program leaves behind."""

    processed_event: Any
    runtime_result: Any


class OldPipeline(Pipeline):
    """The same on VRL 0.15, which returns a program's last value."""

    def _run(self, program: str, event: dict[str, Any]) -> Answer:
        import pyvrl

        if program not in self._runtimes:
            self._runtimes[program] = pyvrl.Transform(program), pyvrl.Transform(program + "\n.")
        result, after = self._runtimes[program]
        if "\n" not in program:  # a condition
            return Answer(None, result.remap(copy.deepcopy(event)))
        return Answer(after.remap(copy.deepcopy(event)), None)


RUNTIMES = {"vrl_python": ("VRL 0.28", Pipeline), "pyvrl": ("VRL 0.15", OldPipeline)}
"""Module to what it is and what runs on it."""


def main() -> None:
    """Measure each runtime beside the yardstick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000)
    count = parser.parse_args().lines
    files = bundle_of(ENVIRONMENT).files[CONFIG_MAP].files
    planned = campus.plan(count) | {"start": "2026-01-05"}
    lines = list(log_lines(campus.events(planned)))[: -len(BROKEN)]
    print(f"{load()}; {len(lines)} lines, {sum(map(len, lines)) // len(lines)} bytes each")
    found: dict[str, Any] = {}
    for module, (name, pipeline) in RUNTIMES.items():
        if find_spec(module) is None:
            print(f"{name}: not installed")
            continue
        ratios, spent = [], []
        for _ in range(RUNS):
            yard = cpu_of(lambda: [json.dumps(json.loads(text)) for text in bodies(lines)])[0]
            cpu, found[name] = cpu_of(lambda p=pipeline: p(files).rows(lines, READ_AT))
            ratios.append(cpu / yard)
            spent.append(cpu)
        rows = Counter({sink: len(rows) for sink, rows in found[name].items()})
        print(
            f"{name}: {len(lines) / statistics.median(spent):,.0f} lines a CPU second, "
            f"{statistics.median(ratios):.1f} times json's cost [{min(ratios):.1f}-{max(ratios):.1f}]; "
            f"refused: {rows['dead_letter_table']} of {len(lines)}"
        )
    if len(found) == len(RUNTIMES):
        first, *others = found.values()
        print("runtimes agree" if all(other == first for other in others) else "RUNTIMES DIFFER")
    print(load())


def bodies(lines: list[str]) -> list[str]:
    """Return the JSON of each line that has some."""
    found = (line.partition(" - ")[2] for line in lines)
    return [text for text in found if text.startswith('{"')]


def cpu_of(act: Any) -> tuple[float, Any]:
    """Return the CPU seconds of an act in this process, and its result."""
    begun = time.process_time()
    result = act()
    return time.process_time() - begun, result


if __name__ == "__main__":
    main()
