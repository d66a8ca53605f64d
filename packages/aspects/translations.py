"""Catalogues of the dashboards' texts: `hatch run translations extract` and `... gaps`.

`extract` writes the template, and into every language's catalogue what is new in it; `--check` writes
nothing and fails where something would change. `--add LANGUAGE` starts another one. `gaps` says what
is still to translate, and fails if there is something. An entry's comment names file and key of its text.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from aspects_gen.aspects.jobs.init.superset.dashboards import (
    Sources,
    expand,
    name_databases,
    read_sources,
    visible_texts,
)
from aspects_gen.aspects.jobs.init.superset.dashboards.expand import chart_path
from aspects_gen.aspects.jobs.init.superset.dashboards.sources import charts_of

PACKAGE = Path(__file__).parent / "src" / "aspects_gen" / "aspects" / "apps" / "superset"
ASSETS, LOCALE = PACKAGE / "assets", PACKAGE / "locale"
WIDTH = 10_000
"""Of a line; so wide that nothing is wrapped, and no entry's change moves the words of another."""

# no dates and no names: the same texts give the same bytes
HEADER = """\
# Texts of the dashboards{title}. Written by `hatch run translations extract`{note}.
msgid ""
msgstr ""
"Project-Id-Version: aspects\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

WRITTEN_AS = {
    "slice_name": "title",
    "dashboard_title": "title",
    "description": "about",
    "verbose_name": "label",
    "params.x_axis_title": "x_title",
    "params.y_axis_title": "y_title",
    "params.yAxisTitleSecondary": "line_title",
    "defaultDataMask.filterState.label": "default",
}
"""Superset's key to the one in the sources."""

FILTERS = "metadata.native_filter_configuration."


def main() -> int:
    """Run one of the commands; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    extract = commands.add_parser("extract", help="renew the template and every catalogue")
    extract.add_argument("--check", action="store_true", help="only say what is not up to date")
    extract.add_argument("--add", metavar="LANGUAGE", help="start a catalogue, for example fr_CA")
    commands.add_parser("gaps", help="say what is not translated")
    words = parser.parse_args()
    if words.command == "gaps":
        return report(gaps(LOCALE), "translate them in a .po file")
    stale = []
    for path, text in renewed(LOCALE, words.add).items():
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(f"stale: {path.relative_to(LOCALE)}")
            if not words.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                print(f"written: {path.relative_to(LOCALE)}")
    return report(stale, "run `hatch run translations extract`") if words.check else 0


def report(lines: list[str], fix: str) -> int:
    """Print what is wrong; return the exit status."""
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print(f"  = fix: {fix}", file=sys.stderr)
    return int(bool(lines))


def renewed(folder: Path, add: str | None = None) -> dict[Path, str]:
    """Return the template and every language's catalogue as they should be: path to text."""
    template = make_template()
    paths = [*sorted(folder.glob("*/LC_MESSAGES/*.po"))]
    if add:
        paths.append(folder / add / "LC_MESSAGES" / "aspects.po")
    found = {folder / "aspects.pot": write(template, "")}
    for path in dict.fromkeys(paths):
        catalogue = read_po(BytesIO(path.read_bytes() if path.is_file() else b""))
        catalogue.update(template, no_fuzzy_matching=True)
        found[path] = write(catalogue, path.parts[-3])
    return found


def make_template() -> Catalog:
    """Return every text, each once, in the order of the alphabet, with the places where it stands."""
    sources, problems = read_sources(ASSETS)
    if problems:
        raise SystemExit("\n".join(problems))
    places: dict[str, list[str]] = {}
    for place, text in placed_texts(sources):
        places.setdefault(text, []).append(place)
    template = Catalog()
    for text in sorted(places):
        template.add(text, auto_comments=sorted(set(places[text])))
    return template


def placed_texts(sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield (`FILE: KEY`, text) of every visible text, file and key being those of the sources."""
    bundle = expand(sources, name_databases({}))
    charts = {chart_path(key): key for key in charts_of(sources)}
    for path, key, text in visible_texts(bundle):
        if path in charts:
            slug, _, name = charts[path].partition("/")
            yield f"charts/{slug}.yaml: {name}.{WRITTEN_AS.get(key, key)}", text
        elif path.startswith("datasets/"):
            part, number, rest = key.split(".", 2)
            entry = bundle[path][part][int(number)]
            name = entry[f"{part.removesuffix('s')}_name"]
            rest = WRITTEN_AS.get(rest, rest.removeprefix("extra."))
            yield f"datasets/{path.split('/')[-1]}: {part}.{name}.{rest}", text
        elif key.startswith(FILTERS):
            number, rest = key.removeprefix(FILTERS).split(".", 1)
            entry = bundle[path]["metadata"]["native_filter_configuration"][int(number)]
            yield f"{path}: filters.{entry.get('name', number)}.{WRITTEN_AS.get(rest, rest)}", text
        # a chart's title stands with the chart, and the head repeats that of the dashboard
        elif not key.endswith(("meta.sliceName", "HEADER_ID.meta.text")):
            yield f"{path}: {WRITTEN_AS.get(key, key)}", text


def write(catalogue: Catalog, language: str) -> str:
    """Return a catalogue as text; what is no longer said anywhere is gone."""
    buffer = BytesIO()
    write_po(
        buffer, catalogue, width=WIDTH, omit_header=True, sort_output=True, ignore_obsolete=True
    )
    title = f" in {language}" if language else ""
    note = "; only msgstr is for you" if language else ""
    head = HEADER.format(title=title, note=note, language=language or "en")
    return head + buffer.getvalue().decode("utf-8").rstrip("\n") + "\n"


def gaps(folder: Path) -> list[str]:
    """Return what a reader of each language would see untranslated, or broken."""
    found = []
    wanted = [message for message in make_template() if message.id]
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        catalogue = read_po(BytesIO(path.read_bytes()))
        for message in wanted:
            text = str(message.id).replace("\n", " ")
            where = f"{path.relative_to(folder)}: {text!r} ({message.auto_comments[0]})"
            entry = catalogue.get(message.id)
            if entry is None or not entry.string:
                found.append(f"{where}: not translated")
            elif entry.fuzzy:
                found.append(f"{where}: fuzzy")
            elif tags(str(entry.id)) != tags(str(entry.string)):
                found.append(f"{where}: links and tags differ from the original's")
    return found


def tags(text: str) -> list[str]:
    """Return the markup of a text."""
    return sorted(re.findall(r"<[^>]*>", text))


if __name__ == "__main__":
    sys.exit(main())
