"""What a verification proved and did not prove, for people and machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aspects_gen.engine.unproven import Unproven


@dataclass
class Proof:
    """One stage that passed."""

    stage: str
    what: str
    seconds: float
    details: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """Return the stage for machines."""
        return {
            "stage": self.stage,
            "what": self.what,
            "seconds": round(self.seconds, 1),
            "details": self.details,
        }


@dataclass
class Report:
    """A whole verification that passed."""

    environment: str
    proofs: list[Proof]
    unproven: list[Unproven]

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return sum(proof.seconds for proof in self.proofs)

    def as_data(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "environment": self.environment,
            "proved": [proof.as_data() for proof in self.proofs],
            "unproven": [item._asdict() for item in self.unproven],
        }

    def as_text(self) -> str:
        """Return the report for people."""
        lines = [f"{self.environment}: verified in {self.seconds:.0f} s", "", "proved here:"]
        for proof in self.proofs:
            lines.append(f"  {proof.stage:<10} {proof.what}")
            lines += [f"  {'':<10}   {detail}" for detail in proof.details]
        lines += ["", "not proved here; on a server these commands do it:"]
        for item in self.unproven:
            lines += [f"  {item.what}", f"    here: {item.here}", f"    {item.command}"]
        return "\n".join(lines)
