"""One Superset for all tests: prepares it from an empty database, serves it, and does what it is told.

Runs in Superset's own Python, with the rendered settings. Arguments: the folder with the rendered files,
the port of the LMS in the settings, the folder of the small LMS. Then a line of JSON on stdin is a task
and one on stdout its answer.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import resource
import sys
import threading
import traceback
from pathlib import Path

FOLDER, LMS_PORT, LMS_FOLDER = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
ANSWERS = sys.stdout
sys.stdout = sys.stderr
sys.path.insert(0, LMS_FOLDER)


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round(used.ru_utime + used.ru_stime, 1)


def start():
    """Return Superset's application, made once for both Jobs and the server."""
    import superset.app

    app = superset.app.create_app()
    superset.app.create_app = lambda: app
    return app


def serve(app) -> int:
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main() -> None:
    from fake_lms import COURSES, LANGUAGES, PEOPLE, FakeLms

    lms = FakeLms(LMS_PORT)
    app = start()
    metadata = load(FOLDER / "superset-metadata" / "superset_metadata.py")
    metadata.run(json.loads((FOLDER / "superset-metadata" / "metadata.json").read_text()))
    prepared = cpu_seconds()
    # migrations switch off every logger there was
    for logger in logging.root.manager.loggerDict.values():
        logger.disabled = False
    importer = load(FOLDER / "aspects-import" / "import_assets.py")

    def bring(words):
        out, err = io.StringIO(), io.StringIO()
        before = cpu_seconds()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = importer.main(words, app=lambda: app)
        return {
            "code": code,
            "out": out.getvalue(),
            "err": err.getvalue(),
            "cpu": round(cpu_seconds() - before, 1),
        }

    def run(text):
        """Run Python inside the application; what it binds to `answer` is the answer."""
        scope = {"app": app, "lms": lms, "PEOPLE": PEOPLE, "COURSES": COURSES}
        scope["LANGUAGES"] = LANGUAGES
        with app.test_request_context():
            from superset import db, security_manager

            scope |= {"db": db, "manager": security_manager}
            exec(text, scope)
            db.session.commit()
        return scope.get("answer")

    tasks = {"import": bring, "run": run}
    tell({"port": serve(app), "prepared_cpu": prepared})
    for line in sys.stdin:
        task = json.loads(line)
        try:
            tell({"answer": tasks[task["do"]](task["what"])})
        except BaseException:
            tell({"error": traceback.format_exc()})


def tell(found) -> None:
    ANSWERS.write(json.dumps(found, default=str) + "\n")
    ANSWERS.flush()


main()
