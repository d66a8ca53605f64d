import json
import string
import tempfile
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspects_gen.services.registry import discover_services
from aspects_gen.tutor.hidden import sounds_secret
from aspects_gen.tutor.report import report_data, report_text
from aspects_gen.tutor.rules import load_rules
from aspects_gen.tutor.transfer import Choices, transfer_config

SERVICES = discover_services()
MARK = "zQ7"

booleans = st.sampled_from([True, False, "yes", "no", "true", "off", 1, 0])
hosts = st.sampled_from(
    [
        "mysql",
        "clickhouse",
        "redis",
        "db.example.org",
        "10.0.0.7",
        "{{ LMS_HOST }}",
        "lrs.{{ LMS_HOST }}",
    ]
)
names = st.sampled_from(
    ["openedx", "xapi", "reports", "ch_admin", "ch_cms", "admin", "superset", "x1"]
)
numbers = st.one_of(st.integers(0, 70000), st.integers(0, 70000).map(str))
secrets = st.text(string.ascii_letters + string.digits, min_size=12, max_size=30).map(
    lambda t: MARK + t
)
odd = st.one_of(
    st.none(),
    booleans,
    numbers,
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.lists(st.text(max_size=5), max_size=2),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)

PLAUSIBLE = {
    "as_boolean": booleans,
    "host": hosts,
    "number": numbers,
    "ttl": st.sampled_from(["", "toDateTime(emission_time) + INTERVAL 90 DAY", "emission_time + INTERVAL 3 YEAR"]),
    "refresh": st.sampled_from(["EVERY 5 MINUTE", "EVERY 2 DAY", "AFTER 1 HOUR", "1 MINUTE"]),
    "size": st.sampled_from(["10Gi", "200Gi", "1G", "5"]),
    "image": st.sampled_from(["a.example.org/x:1.2", "fundocker/ralph:4.1.0", "x:latest", "{{ X }}"]),
    "list": st.lists(st.sampled_from(["en", "es_419", "tag", "auth_user", "own"]), max_size=3),
    "dialect": st.sampled_from(["mysql", "postgresql", "mssql"]),
    "source": st.sampled_from(["ralph", "vector", "other"]),
}  # fmt: skip


def kind(name):
    """Return what a variable plausibly holds, by its name."""
    for part, found in (
        ("TTL", "ttl"), ("REFRESH_RANDOMIZE", "refresh"), ("_REFRESH", "refresh"), ("DIALECT", "dialect"),
        ("SOURCE", "source"), ("_SIZE", "size"), ("DOCKER_IMAGE", "image"), ("PORT", "number"),
        ("TIMEOUT", "number"), ("REPLICAS", "number"), ("EVENTS", "number"), ("BATCH", "number"), ("CACHE", "number"),
        ("RUN_", "as_boolean"), ("ENABLE", "as_boolean"), ("BLOCK", "as_boolean"), ("STORE_", "as_boolean"),
        ("SHOW", "as_boolean"), ("USE_", "as_boolean"), ("SECURE", "as_boolean"), ("HOST", "host"),
        ("MODELS", "list"), ("LOCALES", "list"), ("OWNERS", "list"), ("UUIDS", "list"),
    ):  # fmt: skip
        if part in name:
            return PLAUSIBLE[found]
    return names


def setting(name):
    if sounds_secret(name):
        return secrets
    return st.one_of(kind(name), kind(name), kind(name), odd)


@st.composite
def configs(draw):
    chosen = draw(st.lists(st.sampled_from(sorted(load_rules())), unique=True, max_size=40))
    config = {name: draw(setting(name)) for name in chosen}
    extra = draw(
        st.dictionaries(st.sampled_from(["MY_PASSWORD", "ID", "EVENT_BUS_KAFKA_SECRET"]), secrets)
    )
    extra.pop("ID", None)
    if draw(st.booleans()):
        config["RALPH_EXTRA_SETTINGS"] = {"RALPH_X": "1", "RALPH_Y_TOKEN": draw(secrets)}
    return {"LMS_HOST": "learn.example.org", **config, **extra}


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    configs(),
    st.sampled_from([None, "2.4", "5.0", "6.1"]),
    st.sampled_from(["starter", "production"]),
)
def test_any_configuration_becomes_valid_values_without_a_secret(config, version, profile):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        found = transfer_config(path, Choices("site", profile, version, "fast"), SERVICES)
    report = report_data(found, "site.yaml")
    assert found.left == ()
    assert MARK not in found.text
    assert MARK not in json.dumps(report)
    assert MARK not in report_text(report)
