"""What is said when something that would be deployed fails: file and statement."""

from copy import deepcopy
from dataclasses import replace

import pytest

from aspects_gen.errors import VerifyError
from aspects_gen.verify import jobs
from aspects_gen.verify.run import Verification, try_rights, verify

SMALLEST = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"
ROLES = "aspects/files/aspects-access/03-roles.sql"


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
    bad = (
        "GRANT SELECT ON `event_sink`.`user_profile` TO `ch_report_role`;\n"
        "REVOKE INSERT ON `xapi`.`xapi_events_all` FROM `ch_lrs_role`;\n"
        "GRANT BACKUP ON `xapi`.`xapi_events_all` TO `ch_lrs_role`;\n"
    )
    run = Verification(changed(smallest, ROLES, lambda text: text + bad), tmp_path, say)
    with run.server("fresh") as running:
        jobs.run_access(run.pods, running)
        jobs.run_migrations(run.pods, running)
        with pytest.raises(VerifyError) as caught:
            try_rights(run, running, run.clients(running))
    few, copied, many = failures_of(caught.value)
    assert copied.problem == "ch_lrs tries BACKUP on xapi.xapi_events_all, which succeeds"
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
    path = "aspects/files/aspects-access/01-databases.sql"
    bad = "CREATE DATABASE x ENGINE = Nothing;\n"
    with pytest.raises(VerifyError) as caught:
        verify("site", changed(smallest, path, lambda text: text + bad), tmp_path, say)
    (failure,) = failures_of(caught.value)
    assert failure.file == path
    assert failure.statement == "CREATE DATABASE x ENGINE = Nothing"
    assert failure.problem.startswith("statement 5 is refused: ")
    assert "Unknown database engine: Nothing" in failure.problem


def test_refused_migration_is_named(smallest, tmp_path, say):
    path = "aspects/files/aspects-migrations/base_tables.py"
    broken = changed(smallest, path, lambda text: text.replace("UUID", "UUUID"))
    with pytest.raises(VerifyError) as caught:
        verify("site", broken, tmp_path, say)
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
    bundle = compose_text(f"{SMALLEST}aspects: {{extensions: [{tmp_path}/mine]}}\n")
    with pytest.raises(VerifyError) as caught:
        verify("site", with_one_model(bundle, "planted.sql"), tmp_path / "scratch", say)
    (failure,) = failures_of(caught.value)
    assert (failure.stage, failure.file) == ("models", f"{models}/planted.sql")
    assert "no_such_column" in failure.problem
    assert failure.statement == "select no_such_column from system.one"


def test_refused_revision_of_an_extension_is_named_by_the_operator_s_file(
    compose_text, tmp_path, say
):
    folder = tmp_path / "mine/migrations"
    folder.mkdir(parents=True)
    (folder / "site0001.py").write_text(REVISION)
    bundle = compose_text(f"{SMALLEST}aspects: {{extensions: [{tmp_path}/mine]}}\n")
    with pytest.raises(VerifyError) as caught:
        verify("site", bundle, tmp_path / "scratch", say)
    (failure,) = failures_of(caught.value)
    assert (failure.stage, failure.file) == ("migrations", f"{folder}/site0001.py")
    assert failure.statement == "ALTER TABLE xapi.nowhere ADD COLUMN IF NOT EXISTS a Int8"


REVISION = """
import ddl

revision, down_revision, branch_labels, depends_on = "site0001", None, None, None


def upgrade():
    ddl.run(__file__, ["ALTER TABLE xapi.nowhere ADD COLUMN IF NOT EXISTS a Int8"])
"""


def changed(bundle, path, change):
    """The environment with a changed file of a ConfigMap, given as the output has it."""
    name, _, inside = path.removeprefix("aspects/files/").partition("/")
    files = dict(bundle.files[name].files)
    files[inside] = change(files[inside])
    return with_files(bundle, name, files)


def with_files(bundle, name, files):
    file_set = replace(bundle.files[name], files=files)
    return replace(bundle, files={**bundle.files, name: file_set})


def with_one_model(bundle, left):
    """The environment with a dbt project and Job that have this model alone."""
    files = {
        path: text
        for path, text in bundle.files["aspects-dbt"].files.items()
        if not path.startswith("models/") or path.endswith(("/sources.yml", f"/{left}"))
    }
    items = deepcopy(bundle.items)
    for item in items:
        if item.id == "job/aspects-dbt":
            for volume in item.manifest["spec"]["template"]["spec"]["volumes"]:
                source = volume.get("configMap", {})
                if source.get("name") == "aspects-dbt":
                    source["items"] = [it for it in source["items"] if it["path"] in files]
    return replace(with_files(bundle, "aspects-dbt", files), items=items)
