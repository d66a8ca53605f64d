"""Cost of the main job, as ratios against importing its three libraries, whole processes run in pairs.

    hatch run python benchmarks/build_cost.py [--runs N]

Budgets (of the design), with the yardstick at 0.131 CPU s on the machine they were set on:
one environment 0.25 CPU s = 1.91 yardsticks, 40 MiB; an unchanged check 0.10 CPU s = 0.76 yardsticks;
a hundred environments in time linear in their number. Byte code is compiled first: an installed package has it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
YARDSTICK = [sys.executable, "-c", "import yaml, jinja2, jsonschema"]


def cost_of(command: list[str]) -> tuple[float, float]:
    """Return (CPU seconds, peak MiB) of one run of a command, as the system accounts for it."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(name: str, command: list[str], runs: int, *, per: int = 1) -> None:
    """Print a command's cost beside the yardstick's, run in turns; per: divide by this number."""
    ratios, costs, peaks = [], [], []
    for run in range(runs + 1):
        yard, _ = cost_of(YARDSTICK)
        cpu, peak = cost_of(command)
        if run:  # the first warms the caches
            ratios.append(cpu / per / yard)
            costs.append(cpu / per)
            peaks.append(peak)
    print(
        f"{name:34} {statistics.median(ratios):6.2f} yardsticks"
        f" [{min(ratios):.2f}-{max(ratios):.2f}]  {statistics.median(costs):6.3f} CPU s"
        f"  {max(peaks):5.1f} MiB",
        flush=True,
    )


def main() -> None:
    """Measure one environment, an unchanged check, and many environments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    compileall.compile_dir(ROOT / "packages", quiet=1)
    with tempfile.TemporaryDirectory() as temporary:
        measure(Path(temporary), runs)


def measure(folder: Path, runs: int) -> None:
    """Run every measurement in a folder."""
    out = folder / "out"
    build = [sys.executable, "-m", "aspects_gen", "build", "--out", str(out)]
    environments = ["--environments", str(ROOT / "environments")]
    for name in ("starter", "production", "cloud"):
        compare(f"full build, {name}", [*build, "--full", name, *environments], runs)
    for name in ("starter", "production"):
        compare(f"unchanged check, {name}", [*build, "--check", name, *environments], runs)
    many = folder / "environments"
    for count in (10, 100):
        shutil.rmtree(many, ignore_errors=True)
        many.mkdir()
        text = (ROOT / "environments" / "starter.yaml").read_text()
        for number in range(count):
            (many / f"site{number}.yaml").write_text(text)
        command = [*build, "--full", "--environments", str(many)]
        compare(f"full build of {count}, each", command, max(1, runs // 3), per=count)


if __name__ == "__main__":
    main()
