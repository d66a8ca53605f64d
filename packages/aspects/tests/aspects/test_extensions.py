"""Folders of the operator's: what they bring, what is refused, and that upgrades keep them."""

import json
import shutil

import pytest

from aspects_gen.aspects import clickhouse_jobs
from aspects_gen.aspects.clickhouse_jobs import site_access
from aspects_gen.compose.pipeline import build_tree
from aspects_gen.environment import Place, is_fresh
from aspects_gen.errors import ValuesError
from aspects_gen.generate import compose_place, generate
from aspects_gen.services.registry import discover_services
from aspects_gen.tree.write import write_tree

VALUES = """\
profile: starter
site: {platformName: X, lmsHost: lms.example.org}
aspects:
  extensions: [../mine]
"""

GOOD = {
    "README.md": "What this is.",
    "dbt/models/finance/by_day.sql": "select 1 as day",
    "dbt/models/finance/schema.yml": "models:\n  - {name: by_day, description: Days.}\n",
    "dbt/macros/mine.sql": "{% macro mine() %}1{% endmacro %}",
    "dbt/tests/no_day.sql": "select * from {{ ref('by_day') }} where day is null",
    "sql/warehouse.sql": "CREATE DATABASE IF NOT EXISTS warehouse;\n",
    "migrations/site0001.py": 'revision, down_revision = "site0001", None\n',
    "grants.yaml": (
        "clients:\n"
        "  dbt:\n"
        "    - {rights: [SELECT, CREATE VIEW], on: warehouse.*}\n"
        "readers:\n"
        "  export:\n"
        "    user: ch_export\n"
        "    passwordSecret: {name: ch-export, key: password}\n"
        "    grants:\n"
        "      - {rights: [SELECT], on: event_sink.*}\n"
        "      - {rights: [SELECT], on: event_sink.user_profile}\n"
    ),
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Write values and folders; return what composes them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/site.yaml").write_text(VALUES)

    def make(files, name="mine", values=None):
        if values:
            (tmp_path / "environments/site.yaml").write_text(values)
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Place("site", tmp_path / "environments/site.yaml", tmp_path / "generated/site")

    return make


def compose(place):
    return compose_place(place, discover_services())


def refusals(place):
    with pytest.raises(ValuesError) as caught:
        compose(place)
    return [(str(f.at), f.path, f.problem, f.fix) for f in caught.value.findings], caught.value


def test_folder_is_composed_in_under_its_own_name(site):
    bundle = compose(site(GOOD))
    tree = build_tree(bundle)
    dbt, access = "aspects/files/aspects-dbt/", "aspects/files/aspects-access/"
    assert tree[f"{dbt}models/extensions/mine/finance/by_day.sql"] == "select 1 as day"
    assert f"{dbt}models/extensions/mine/finance/schema.yml" in tree
    assert f"{dbt}macros/extensions/mine/mine.sql" in tree
    assert f"{dbt}tests/extensions/mine/no_day.sql" in tree
    assert tree[f"{access}50-mine-warehouse.sql"] == GOOD["sql/warehouse.sql"]
    assert "    extensions:\n      +contract: {enforced: false}" in tree[f"{dbt}dbt_project.yml"]
    assert not any("README" in path and "mine" in path for path in tree)
    own = "aspects/files/aspects-site-migrations/site0001.py"
    assert tree[own] == GOOD["migrations/site0001.py"]
    migrate = tree["aspects/job-aspects-migrate.yaml"]
    assert "- name: SITE_MIGRATIONS\n          value: /app/site-migrations\n" in migrate
    assert "mountPath: /app/site-migrations\n" in migrate
    roles = tree[f"{access}03-roles.sql"]
    assert "SELECT, CREATE VIEW ON `warehouse`.*\n  TO `ch_dbt_role`" in roles
    assert "REVOKE SELECT ON `event_sink`.`external_id` FROM `ch_export_role`" in roles
    assert "REVOKE SELECT ON `event_sink`.`user_profile` FROM `ch_export_role`" not in roles
    assert "'@sha256(reader_export)@'" in tree[f"{access}04-users.sql"]
    assert "reader_export=ch_export" in tree["aspects/job-aspects-access.yaml"]
    assert bundle.secrets["ch-export"]["keys"].keys() == {"password"}


def test_reader_reads_and_does_nothing_else(site):
    model = site_access(compose(site(GOOD)).settings)
    reader = model["clients"][-1]
    assert {right for rights, _ in reader["grants"] for right in rights} <= {"SELECT", "dictGet"}
    assert {"name": "ch_export_profile", "settings": {"readonly": 2}} in model["profiles"]


def test_without_a_folder_nothing_changes(site):
    plain = build_tree(compose(site({}, values=VALUES.replace("[../mine]", "[]"))))
    assert not any("extensions" in path or "site-migrations" in path for path in plain)
    assert "SITE_MIGRATIONS" not in plain["aspects/job-aspects-migrate.yaml"]
    assert "extensions" not in plain["aspects/files/aspects-dbt/dbt_project.yml"]


def test_job_runs_again_when_a_model_changes(site):
    def jobs(place):
        bundle = compose(place)
        return {job: bundle.job_names[f"job/{job}"] for job in ("aspects-access", "aspects-dbt")}

    first = jobs(site(GOOD))
    second = jobs(site({"dbt/models/finance/by_day.sql": "select 2 as day"}))
    third = jobs(site({"sql/warehouse.sql": "CREATE DATABASE IF NOT EXISTS other;"}))
    assert first["aspects-dbt"] != second["aspects-dbt"] == third["aspects-dbt"]
    assert first["aspects-access"] == second["aspects-access"] != third["aspects-access"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "dbt/models/finance/by_day.sql").write_text("select 3 as day"),
        lambda folder: (folder / "dbt/models/another.sql").write_text("select 3 as day"),
        lambda folder: (folder / "dbt/tests/no_day.sql").unlink(),
        lambda folder: shutil.rmtree(folder),
    ],
)
def test_fingerprint_sees_every_change_of_a_folder(site, tmp_path, change):
    place = site(GOOD)
    built = generate(place, discover_services(), "code")
    write_tree(place.folder, built.tree, built.index, force=False)
    assert is_fresh(place, "code")
    change(tmp_path / "mine")
    assert not is_fresh(place, "code")


def test_upgrade_replaces_our_files_and_keeps_theirs(site, monkeypatch):
    place = site(GOOD)
    before = build_tree(compose(place))
    read = clickhouse_jobs.read_tree

    def newer(*folders):
        files = {path: f"{text}\n-- newer" for path, text in read(*folders).items()}
        return {path: text for path, text in files.items() if not path.endswith("cluster.sql")}

    monkeypatch.setattr(clickhouse_jobs, "read_tree", newer)
    after = build_tree(compose(place))
    dbt = "aspects/files/aspects-dbt/"
    theirs = [path for path in before if path.startswith(dbt) and "/extensions/" in path]
    ours = [path for path in after if path.startswith(f"{dbt}models/") and path not in theirs]
    assert {path: after[path] for path in theirs} == {path: before[path] for path in theirs}
    assert all(after[path] != before[path] for path in ours)
    assert len(theirs) == 4
    assert f"{dbt}macros/cluster.sql" not in after


def test_path_counts_from_the_file_that_sets_it(site, tmp_path):
    (tmp_path / "layers/mine/sql").mkdir(parents=True)
    (tmp_path / "layers/mine/sql/a.sql").write_text("SELECT 1;")
    (tmp_path / "layers/base.yaml").write_text("aspects: {extensions: [mine]}\n")
    values = "extends: ../layers/base.yaml\n" + VALUES.partition("aspects:")[0]
    tree = build_tree(compose(site({}, values=values)))
    assert tree["aspects/files/aspects-access/50-mine-a.sql"] == "SELECT 1;"


def test_a_site_has_one_chain_of_revisions(site):
    files = {path: GOOD[path] for path in GOOD if path.startswith("migrations/")}
    site(files, name="other")
    values = VALUES.replace("[../mine]", "[../mine, ../other]")
    found, _ = refusals(site(files, values=values))
    assert found == [
        (
            "other/migrations/site0001.py:1:1",
            "",
            "the extension mine has revisions of its own",
            "bring them together in one folder",
        )
    ]


def test_everything_wrong_in_a_folder_is_told_at_once_and_where(site):
    found, error = refusals(
        site(
            {
                "notes.txt": "x",
                "sql/open.sql": "SELECT 1;\nSELECT 2 -- not closed;\n",
                "sql/deep/a.sql": "SELECT 1;",
                "dbt/models/fact_enrollments.sql": "select 1",
                "dbt/models/course_blocks.sql": "select 1",
                "dbt/models/schema.yml": "models:\n  - {name: enrollment_events}\n  - name: nowhere\n",
                "dbt/macros/on_cluster.sql": "{% macro on_cluster() %}{% endmacro %}",
                "grants.yaml": (
                    "clients:\n"
                    "  reporting:\n"
                    "    - {rights: [SELECT], on: event_sink.user_profile}\n"
                    "    - {rights: [SELECT], on: system.users}\n"
                    "  vector:\n"
                    "    - {rights: [SELECT], on: event_sink.*}\n"
                    "readers:\n"
                    "  me: {user: ch_report, passwordSecret: {name: a, key: b}, grants: []}\n"
                ),
            }
        )
    )
    assert [(at, path, problem) for at, path, problem, _ in found] == [
        (
            "mine/dbt/macros/on_cluster.sql:1:1",
            "",
            "the macro on_cluster is also our macro in macros/cluster.sql",
        ),
        (
            "mine/dbt/models/course_blocks.sql:1:1",
            "",
            "the model course_blocks is also a table of this deployment",
        ),
        (
            "mine/dbt/models/fact_enrollments.sql:1:1",
            "",
            "the model fact_enrollments is also our model models/enrollment/fact_enrollments.sql",
        ),
        (
            "mine/dbt/models/schema.yml:2:5",
            "models[0]",
            "enrollment_events is our model models/enrollment/enrollment_events.sql",
        ),
        ("mine/dbt/models/schema.yml:3:5", "models[1]", "there is no model nowhere"),
        (
            "mine/grants.yaml:3:30",
            "clients.reporting[0].on",
            "event_sink.user_profile holds personal or raw data (event_sink.user_profile)",
        ),
        (
            "mine/grants.yaml:4:30",
            "clients.reporting[1].on",
            "system.users belongs to the ClickHouse server",
        ),
        (
            "mine/grants.yaml:6:30",
            "clients.vector[0].on",
            "event_sink.* holds personal or raw data (event_sink.user_profile, "
            "event_sink.external_id, event_sink.course_enrollment)",
        ),
        (
            "mine/grants.yaml:8:14",
            "readers.me.user",
            "the ClickHouse user ch_report is also aspects.clients.reporting.user",
        ),
        ("mine/notes.txt:1:1", "", "nothing reads notes.txt"),
        ("mine/sql/deep/a.sql:1:1", "", "nothing reads sql/deep/a.sql"),
        ("mine/sql/open.sql:1:1", "", "the last statement is not closed"),
    ]
    assert {finding.code for finding in error.findings} == {"AG160"}
    assert "rename it, for example mine_fact_enrollments" in {fix for *_, fix in found}


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("clients:\n  lsr: []\n", "mine/grants.yaml:2:3", "did you mean `lrs`? rename `lsr`"),
        (
            "readers:\n  a:\n    user: u\n    passwordSecret: {name: a, key: b}\n"
            "    grants:\n      - {rights: [INSERT], on: x.y}\n",
            "mine/grants.yaml:6:19",
            "one of: SELECT, dictGet",
        ),
        ("readers:\n  a: {user: u, grants: []}\n", "mine/grants.yaml:2:3", "passwordSecret"),
        (
            "clients:\n  lrs: [{rights: [SELECT], on: x}]\n",
            "mine/grants.yaml:2:32",
            "database.table or database.*",
        ),
        (
            "clients:\n  lrs: [{rights: [ALL], on: x.y}]\n",
            "mine/grants.yaml:2:19",
            "one of: SELECT, dictGet, INSERT",
        ),
        ("a: [\n", "mine/grants.yaml:2:1", "indentation, quotes and colons"),
    ],
)
def test_grants_of_a_wrong_form_are_refused_where_they_stand(site, text, at, words):
    _, error = refusals(site({"grants.yaml": text}))
    assert str(error.findings[0].at) == at
    assert words in str(error)


@pytest.mark.parametrize(
    ("files", "values", "at", "problem"),
    [
        ({}, None, "environments/site.yaml:4:16", "there is no such folder"),
        ({"sql/a.sql": b"\xff;"}, None, "mine/sql/a.sql", "a byte that is not UTF-8"),
        ({"sql/a b.sql": ";"}, None, "mine/sql/a b.sql", "a name that no ConfigMap can hold"),
        ({"sql/a.sql": " " * 900_001}, None, "mine/sql/a.sql", "the file is too large"),
        (
            {"sql/a.sql": ";"},
            VALUES.replace("[../mine]", "[../mine, ../x/../mine]"),
            "environments/site.yaml:4:25",
            "two extensions have one name",
        ),
    ],
)
def test_folder_that_cannot_be_read_is_refused(site, files, values, at, problem):
    found, _ = refusals(site(files, values=values))
    assert found[0][:3] == (at, "aspects.extensions" if "site.yaml" in at else "", problem)


def test_folder_of_another_name_is_refused(site):
    place = site({"sql/a.sql": ";"}, name="Of Mine", values=VALUES.replace("mine", "Of Mine"))
    ((at, _, problem, _),), _ = refusals(place)
    assert (at, problem) == (
        "environments/site.yaml:4:16",
        "a folder of this name cannot be an extension",
    )


def test_two_extensions_may_not_share_a_name_of_a_model_a_reader_or_a_user(site):
    one = {key: GOOD[key] for key in ("dbt/models/finance/by_day.sql", "grants.yaml")}
    site(one, name="other")
    found, _ = refusals(site(one, values=VALUES.replace("[../mine]", "[../mine, ../other]")))
    assert [problem for _, _, problem, _ in found] == [
        "the model by_day is also dbt/models/finance/by_day.sql of the extension mine",
        "the reader export is also one of another extension",
        "the ClickHouse user ch_export is also that of the reader export",
    ]


def test_explain_says_what_a_folder_brings(site, capsys):
    from aspects_gen.cli.main import run

    site(GOOD)
    assert run(["explain", "aspects.extensions", "--env", "site", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["brings"] == {"mine": sorted(GOOD)}
    assert run(["explain", "aspects.extensions", "--env", "site"]) == 0
    assert "brings     mine: README.md, dbt/macros/mine.sql," in capsys.readouterr().out
