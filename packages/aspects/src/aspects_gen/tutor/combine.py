"""Settings that only together say something; mapping.json names these functions by `by`.

Each is called once for its variable, set or not, and returns outcomes.
"""

from __future__ import annotations

from collections.abc import Callable

from aspects_gen.tutor.clauses import period_seconds
from aspects_gen.tutor.conditions import ralph_is_public, ralph_runs
from aspects_gen.tutor.outcome import Dropped, Lost, Mapped, Note, Outcome
from aspects_gen.tutor.settings import Settings

Combination = Callable[[Settings, str], list[Outcome]]

GROUP_KEY = "xapi_course_id"
"""Group key of the row-level security rules, which upstream does not let anyone change."""


def source(settings: Settings, name: str) -> list[Outcome]:
    """The pipeline; old releases chose it by the name of the database."""
    if name in settings.file:
        return [Mapped(name, "aspects.source", settings.source)]
    if settings.source == "vector" and name not in settings.defaults:
        chosen = (
            "ASPECTS_XAPI_DATABASE" if settings.is_set("ASPECTS_XAPI_DATABASE") else "RUN_VECTOR"
        )
        return [Mapped(chosen, "aspects.source", "vector")]
    return [Mapped(name, "aspects.source", settings.source, default=True)]


def xapi_database(settings: Settings, name: str) -> list[Outcome]:
    """The database that is read: Ralph's or Vector's, by the pipeline."""
    if not settings.is_set(name):
        return _ralph_beside_vector(settings)
    database = settings.text(name)
    own = "RALPH_DATABASE" if settings.source == "ralph" else "ASPECTS_VECTOR_DATABASE"
    if settings.source == "ralph" and not settings.is_set(own):
        return [Mapped(name, "aspects.databases.xapi", database)]
    outcomes: list[Outcome] = []
    if database != settings.text(own):
        why = f"it differs from {own}, but the pipeline {settings.source} writes there and is read there"
        fix = "set aspects.source and aspects.databases to where the events are"
        return [Lost(name, why, fix)]
    if settings.source == "vector" and not settings.is_set("ASPECTS_ALEMBIC_MIGRATIONS_DATABASE"):
        text = (
            f"the table alembic_version may be in {database}, which system.tables tells: "
            "if it is, set aspects.databases.migrations to that"
        )
        outcomes.append(Note(text))
    return [Dropped(name, f"follows from the pipeline and {own}"), *outcomes]


def _ralph_beside_vector(settings: Settings) -> list[Outcome]:
    if settings.source != "vector" or not ralph_runs(settings):
        return []
    text = (
        "Ralph beside Vector wrote into Vector's database on Kubernetes; "
        "here it writes into aspects.databases.xapi, which the models do not read"
    )
    return [Note(text)]


def migrations_database(settings: Settings, name: str) -> list[Outcome]:
    """The database of the migrations' own table; unset it is Ralph's, as here."""
    if not settings.is_set(name):
        return []
    database = settings.text(name)
    if not database:
        return [Lost(name, "this is not a text", "set aspects.databases.migrations")]
    if database == settings.text("RALPH_DATABASE"):
        return [Dropped(name, "is that of Ralph, as here")]
    return [Mapped(name, "aspects.databases.migrations", database)]


def raw_table(settings: Settings, name: str) -> list[Outcome]:
    """The raw table has one name in both databases; where a site has two, that of its pipeline counts."""
    if not settings.is_set(name):
        return []
    of_vector = name == "ASPECTS_VECTOR_RAW_XAPI_TABLE"
    other = "ASPECTS_RAW_XAPI_TABLE" if of_vector else "ASPECTS_VECTOR_RAW_XAPI_TABLE"
    table, second = settings.text(name), settings.text(other)
    if not table:
        return [Lost(name, "this is not a text", "set aspects.tables.rawXapi")]
    counts = of_vector == (settings.source == "vector")
    if counts or not settings.is_set(other):
        if of_vector and not counts:
            return [Dropped(name, "Vector's table is not the one that is read")]
        return [Mapped(name, "aspects.tables.rawXapi", table)]
    if table == second:
        return [Dropped(name, f"is the same as {other}")]
    why = f"it differs from {other}, but the raw table has one name in both databases"
    return [Lost(name, why, "give both tables one name in ClickHouse with RENAME TABLE")]


def randomize(settings: Settings, name: str) -> list[Outcome]:
    """The random delay of refreshes: two settings become one, the longer."""
    if not settings.is_set(name):
        return []
    seconds = period_seconds(settings.text(name))
    if not seconds and settings.text(name) != "0":
        return [Lost(name, "this is not a period", "set aspects.refresh.randomizeSeconds")]
    pair = (
        "ASPECTS_COURSE_STRUCTURE_REFRESH_RANDOMIZE",
        "ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE",
    )
    both = [period_seconds(settings.text(each)) for each in pair if settings.is_set(each)]
    if seconds < max(both):
        return [
            Note(
                f"{name} is shorter than its twin; both refreshes now wait up to {max(both)} seconds"
            )
        ]
    return [Mapped(name, "aspects.refresh.randomizeSeconds", seconds)]


def ralph_public(settings: Settings, name: str) -> list[Outcome]:
    """A public host is the switch: only where there is none does something get lost."""
    if name not in settings.file:
        return []
    if (
        settings.flag(name, default=False)
        and ralph_runs(settings)
        and not ralph_is_public(settings)
    ):
        why = "Ralph is public, but RALPH_HOST names no public host"
        return [Lost(name, why, "set ralph.publicHost")]
    return [Dropped(name, "ralph.publicHost is the switch: empty when Ralph is not public")]


def metadata_name(settings: Settings, name: str) -> list[Outcome]:
    """The operator dashboard reads the metadata database itself."""
    if not settings.is_set(name):
        return []
    if settings.text(name) == settings.text("SUPERSET_DB_NAME"):
        return [Dropped(name, "follows from superset.database.name")]
    why = "the operator dashboard reads superset.database.name, and no other database"
    return [Lost(name, why, "nothing, unless the two databases are really different")]


def group_key(settings: Settings, name: str) -> list[Outcome]:
    """The group key is fixed on both sides."""
    if name not in settings.file:
        return []
    if settings.text(name) == GROUP_KEY:
        return [
            Dropped(name, f"is {GROUP_KEY} here too, so rules and course rights stay as they are")
        ]
    why = f"the rules' group key is {GROUP_KEY} and cannot be another"
    return [Lost(name, why, f"change rules of your own to the group key {GROUP_KEY}")]


COMBINATIONS: dict[str, Combination] = {
    combination.__name__: combination
    for combination in (
        group_key,
        metadata_name,
        migrations_database,
        ralph_public,
        randomize,
        raw_table,
        source,
        xapi_database,
    )
}
