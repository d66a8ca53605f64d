"""Two imports at once: one waits for the other."""

from __future__ import annotations

import json
import subprocess

import pytest

pytestmark = pytest.mark.xdist_group("superset-real")


def test_import_waits_its_turn(imported, assets):
    """Another run holds the lock; this one gives up after its time and says so."""
    done = imported.run(
        "import os\n"
        "from importer.turn import turn\n"
        "import import_assets\n"
        "os.environ['WAIT_SECONDS'] = '0'\n"
        "try:\n"
        "    with turn(db.engine, 1, print):\n"
        f"        answer = import_assets.main(['--assets', {str(assets)!r}], app=lambda: app)\n"
        "finally:\n"
        "    os.environ['WAIT_SECONDS'] = '300'\n"
    )
    assert done == 1
    assert "another import was at work" in imported.log.read_text()


def test_two_runs_at_once_do_not_collide(imported, assets):
    """The script itself as a Job would run it, while this process imports as well."""
    script = imported.folder / "aspects-import" / "import_assets.py"
    words = [imported.words[0], str(script), "--assets", str(assets), "--json"]
    other = subprocess.Popen(
        words, env=imported.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while other.poll() is None:
        assert imported.bring(assets)["code"] == 0
    out, err = other.communicate()
    assert other.returncode == 0, err.decode()[-3000:]
    assert json.loads(out.decode().splitlines()[-1]) == {"changed": False, "changes": []}
