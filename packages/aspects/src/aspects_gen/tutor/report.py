"""What an import says: mapped, to carry over, lost, changed. No value of a setting ever stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.tutor.transfer import Transfer
from aspects_gen.values.paths import show_path

GUIDE = "docs/how-to/move-from-tutor.md"

CONFIRM = (
    "check with `tutor config printvalue RUN_RALPH`: True means older than 6.1; "
    "`--aspects-version X.Y` settles it"
)


def report_data(transfer: Transfer, file: str) -> dict[str, Any]:
    """Return the report for machines.

    Shape: {"file", "environment", "profile", "aspects": {"line", "evidence", "sure"}, "mapped": [{"key",
    "from"}], "same": [variable], "secrets": [{"variable", "secret", "key"}], "lost": [{"variable", "why",
    "fix"}], "dropped": [{"variable", "why"}], "changes": [text], "others": [variable], "unnamed": count,
    "problems": [finding]}.
    """
    outcomes = transfer.plan.outcomes
    line = transfer.line
    return {
        "file": file,
        "environment": transfer.environment,
        "profile": transfer.plan.profile,
        "aspects": {"line": line.title, "evidence": list(line.evidence), "sure": line.sure},
        "mapped": [
            {"key": show_path(path), "from": origin}
            for path, origin in transfer.plan.origins.items()
        ],
        "same": sorted(set(transfer.plan.same)),
        "secrets": [
            {"variable": c.variable, "secret": name, "key": key}
            for c in outcomes.carried
            for name, _, key in [c.secret.partition("/")]
        ],
        "lost": [{"variable": i.variable, "why": i.why, "fix": i.fix} for i in outcomes.lost],
        "dropped": [{"variable": i.variable, "why": i.why} for i in outcomes.dropped],
        "changes": [note.text for note in outcomes.notes],
        "others": list(transfer.others),
        "unnamed": transfer.odd,
        "problems": [
            {"path": f.path, "problem": f.problem, "expected": f.expected, "fix": f.fix}
            for f in transfer.left
        ],
    }


def report_text(data: dict[str, Any]) -> str:
    """Return the report for people.

    Args:
        data: what `report_data` returned.
    """
    return "\n".join(_lines(data))


def _lines(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['file']}: written, {len(data['mapped'])} keys, profile {data['profile']}"
    yield from _line(data["aspects"])
    yield from _section("Mapped", [f"{m['from']} -> {m['key']}" for m in data["mapped"]])
    yield from _section(
        "Mapped and equal to the default, so not written", [", ".join(data["same"])]
    )
    secrets = [f"{s['variable']} -> {s['secret']}/{s['key']}" for s in data["secrets"]]
    yield from _section(
        f"Secrets to carry over: Tutor variable -> Secret/key ({GUIDE} shows how)", secrets
    )
    lost = [f"{i['variable']}: {i['why']}\n    = fix: {i['fix']}" for i in data["lost"]]
    yield from _section("Lost, or left to you", lost)
    problems = [f"{p['path']}: {p['problem']}\n    = fix: {p['fix']}" for p in data["problems"]]
    yield from _section("To set before `aspects-gen build` accepts the file", problems)
    yield from _section("Changes its meaning", data["changes"])
    dropped = [f"{i['variable']}: {i['why']}" for i in data["dropped"]]
    yield from _section("Not needed here", dropped)
    yield from _section("Settings that do not concern Aspects", [", ".join(data["others"])])
    if data["unnamed"]:
        yield f"\n{data['unnamed']} keys have names that Tutor does not use; they are not shown: they may be values"


def _line(aspects: dict[str, Any]) -> Iterator[str]:
    word = "read as" if aspects["sure"] else "taken to be"
    yield f"\nAspects plugin: {word} {aspects['line']}"
    for evidence in aspects["evidence"]:
        yield f"  {evidence}"
    if not aspects["sure"]:
        yield f"  {CONFIRM}"


def _section(title: str, entries: list[str]) -> Iterator[str]:
    shown = [entry for entry in entries if entry]
    if shown:
        yield f"\n{title}"
        for entry in shown:
            yield f"  {entry}"
