"""What became of each setting of a Tutor configuration; filled by `translate`, shown by `report`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class UnmappableError(Exception):
    """A setting has no equal among the values: why, and what the operator can do."""

    def __init__(self, why: str, fix: str = "set it by hand") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


class NotNeededError(Exception):
    """A setting needs no value here; the text says why."""


@dataclass(frozen=True)
class Noted:
    """A converted value together with what its meaning changes."""

    value: Any
    note: str


@dataclass(frozen=True)
class Mapped:
    """A value, and the setting it came from."""

    variable: str
    key: str
    value: Any
    default: bool = False
    """True: the file does not set the variable; it is a default of Tutor or the plugin."""


@dataclass(frozen=True)
class Carried:
    """A secret that must be copied by the operator: variable -> name/key of a Secret."""

    variable: str
    secret: str


@dataclass(frozen=True)
class Lost:
    """A setting without an equal."""

    variable: str
    why: str
    fix: str


@dataclass(frozen=True)
class Dropped:
    """A setting that nothing needs any more."""

    variable: str
    why: str


@dataclass(frozen=True)
class Note:
    """A change of meaning."""

    text: str


Outcome = Mapped | Carried | Lost | Dropped | Note


@dataclass
class Outcomes:
    """All outcomes of a configuration, sorted by kind in the order they came up."""

    mapped: list[Mapped] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Add one outcome; the same note twice counts once."""
        match outcome:
            case Mapped():
                self.mapped.append(outcome)
            case Carried():
                self.carried.append(outcome)
            case Lost():
                self.lost.append(outcome)
            case Dropped():
                self.dropped.append(outcome)
            case Note():
                if outcome not in self.notes:
                    self.notes.append(outcome)
