"""What is stored beside a parsed statement is of the text that readers see."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("warehouse")

PARSED = "{{ with_fields(parse(source('xapi', 'xapi_events_all')), statement_fields()) }}"
STATEMENT = {
    "actor": {"mbox": "mailto:ann@example.com", "name": "Ann"},
    "verb": {"id": "https://w3id.org/xapi/acrossx/verbs/evaluated"},
    "object": {
        "id": "http://localhost/xblock/p",
        "definition": {"extensions": {"http://id.tincanapi.com/extension/attempt-id": 2}},
    },
    "result": {"success": True, "response": "Ann", "score": {"scaled": 0.5}},
}


@pytest.mark.parametrize(("mode", "response"), [("on", "Ann"), ("off", "")])
def test_an_answer_that_is_the_learners_name_goes_with_it(warehouse, mode, response):
    warehouse.empty()
    warehouse.insert(
        "xapi.xapi_events_all",
        [("00000000-0000-4000-8000-000000000001", "2025-03-01 10:00:00", json.dumps(STATEMENT))],
    )
    sql = warehouse.dbt("--quiet", "compile", "--inline", PARSED, ASPECTS_PII=mode)
    seen = warehouse.rows(
        f"SELECT reason, responses, success, scaled_score, attempts FROM ({sql.strip()})"
    )
    assert seen == [["", response, True, 0.5, 2]]
