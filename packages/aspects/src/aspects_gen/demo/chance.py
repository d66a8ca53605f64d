"""Chance that is no chance: numbers that follow from names alone."""

from __future__ import annotations

from random import Random


def make_chance(*names: object) -> Random:
    """Return a source of numbers that depends on the names and nothing else."""
    return Random("/".join(map(str, names)))  # noqa: S311 - reproducible is the point
