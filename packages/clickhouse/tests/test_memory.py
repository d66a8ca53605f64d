from __future__ import annotations

import pytest

from aspects_clickhouse.memory import bytes_of, memory_caps


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("4Gi", 4294967296),
        ("1.5Gi", 1610612736),
        ("16G", 16_000_000_000),
        ("512Mi", 536870912),
        ("1000", 1000),
        ("2500m", 2),
        ("1Ei", 1 << 60),
        ("1k", 1000),
    ],
)
def test_quantity_is_read_as_kubernetes_does(quantity, expected):
    assert bytes_of(quantity) == expected


def test_server_memory_ratio_follows_limit(slice_of):
    caps = memory_caps(slice_of({"server": {"resources": {"limits": {"memory": "10G"}}}}))
    assert caps == {
        "limit": 10_000_000_000,
        "server": 9_000_000_000,
        "query": 5_000_000_000,
        "spill": 2_500_000_000,
        "marks": 1_000_000_000,
    }


def test_ratio_is_taken_exactly_not_in_binary(slice_of):
    values = slice_of({"memory": {"serverRatio": 0.7}})
    values["server"]["resources"]["limits"]["memory"] = "1000"
    assert memory_caps(values)["server"] == 700
