"""What is said when something that would be deployed fails: file and statement."""

import pytest
import yaml

from aspects_gen.errors import VerifyError
from aspects_gen.verify import jobs
from aspects_gen.verify.run import Verification, try_rights, verify

SMALLEST = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"
ROLES = "aspects/files/aspects-access/03-roles.sql"
JOB = "aspects/job-aspects-dbt.yaml"


@pytest.fixture(autouse=True)
def engine_needed(chdb):
    for name in ("alembic", "dbt.adapters.clickhouse"):
        pytest.importorskip(name)


@pytest.fixture(scope="session")
def chdb():
    return pytest.importorskip("chdb")


def failures_of(error):
    assert error.exit_code == 4
    return error.failures


def test_right_too_many_is_found_by_trying_and_one_too_few_by_asking(smallest, tmp_path, say):
    tree, values = smallest
    bad = (
        "GRANT SELECT ON `event_sink`.`user_profile` TO `ch_report_role`;\n"
        "REVOKE INSERT ON `xapi`.`xapi_events_all` FROM `ch_lrs_role`;\n"
    )
    run = Verification({**tree, ROLES: tree[ROLES] + bad}, values, tmp_path, say)
    with run.server("fresh") as running:
        jobs.run_access(run.pods, running)
        jobs.run_migrations(run.pods, running)
        with pytest.raises(VerifyError) as caught:
            try_rights(run, running, run.clients(running))
    few, many = failures_of(caught.value)
    assert few.file == ROLES
    assert few.problem == "ch_lrs may not INSERT xapi.xapi_events_all, which the model lets it"
    assert few.statement == "CHECK GRANT INSERT ON `xapi`.`xapi_events_all`"
    assert many.render() == (
        f"{ROLES}  (rights)\n"
        "  ch_report tries SELECT on event_sink.user_profile, which succeeds\n"
        "  = statement:\n"
        "      GRANT SELECT ON `event_sink`.`user_profile` TO `ch_report_role`;\n"
        "      -- which lets it\n"
        "      SELECT * FROM `event_sink`.`user_profile` LIMIT 1\n"
        "  = fix: take the right from ch_report_role"
    )


def test_refused_statement_of_access_is_named(smallest, tmp_path, say):
    tree, values = smallest
    path = "aspects/files/aspects-access/01-databases.sql"
    broken = {**tree, path: tree[path] + "CREATE DATABASE x ENGINE = Nothing;\n"}
    with pytest.raises(VerifyError) as caught:
        verify("site", broken, values, tmp_path, say)
    (failure,) = failures_of(caught.value)
    assert failure.file == path
    assert failure.statement == "CREATE DATABASE x ENGINE = Nothing"
    assert failure.problem.startswith("statement 5 is refused: ")
    assert "Unknown database engine: Nothing" in failure.problem


def test_refused_migration_is_named(smallest, tmp_path, say):
    tree, values = smallest
    path = next(
        path for path in tree if "/aspects-migrations/" in path and '"event_id"' in tree[path]
    )
    broken = {**tree, path: tree[path].replace("UUID", "UUUID")}
    with pytest.raises(VerifyError) as caught:
        verify("site", broken, values, tmp_path, say)
    (failure,) = failures_of(caught.value)
    assert failure.stage == "migrations"
    assert failure.file.startswith("aspects/files/aspects-migrations/versions/")
    assert "UUUID" in failure.problem
    assert failure.statement.startswith("CREATE TABLE IF NOT EXISTS ")


def test_refused_model_of_an_extension_is_named_by_the_operator_s_file(
    compose_text, tmp_path, say
):
    models = tmp_path / "mine/dbt/models"
    models.mkdir(parents=True)
    (models / "planted.sql").write_text("select no_such_column from system.one")
    tree, values = compose_text(f"{SMALLEST}aspects: {{extensions: [{tmp_path}/mine]}}\n")
    small = {
        name: text
        for name, text in tree.items()
        if "/aspects-dbt/models/" not in name or name.endswith(("/sources.yml", "/planted.sql"))
    }
    with pytest.raises(VerifyError) as caught:
        verify("site", with_files_left(small), values, tmp_path / "scratch", say)
    (failure,) = failures_of(caught.value)
    assert (failure.stage, failure.file) == ("models", f"{models}/planted.sql")
    assert "no_such_column" in failure.problem
    assert failure.statement == "select no_such_column from system.one"


def with_files_left(tree):
    """The output with a dbt Job that mounts only what is left of the project."""
    manifest = yaml.safe_load(tree[JOB])
    left = {name.partition("files/aspects-dbt/")[2] for name in tree}
    for volume in manifest["spec"]["template"]["spec"]["volumes"]:
        source = volume.get("configMap", {})
        if source.get("name") == "aspects-dbt":
            source["items"] = [item for item in source["items"] if item["path"] in left]
    return {**tree, JOB: yaml.safe_dump(manifest)}
