"""Every rule: id, severity, what must hold, why. `docs/reference/lint.md` is made from this list.

Ids are stable and never reused. The first digit says the subject, see `SUBJECTS`.
"""

from __future__ import annotations

from aspects_gen.lint.delivery_rules import ORDER, OTHERS, SIZES
from aspects_gen.lint.finding import Rule
from aspects_gen.lint.safety_rules import AVAILABILITY, IMAGES, SECURITY
from aspects_gen.lint.wiring_rules import NAMES, REFERENCES

SUBJECTS = {
    "L1": "references",
    "L2": "names and labels",
    "L3": "security",
    "L4": "availability",
    "L5": "images",
    "L6": "sizes and texts",
    "L7": "order and Argo CD",
    "L8": "services that are off",
    "L9": "the lint itself",
}
"""First characters of a rule's id -> what it is about."""

RULES: tuple[Rule, ...] = (
    *REFERENCES,
    *NAMES,
    *SECURITY,
    *AVAILABILITY,
    *IMAGES,
    *SIZES,
    *ORDER,
    *OTHERS,
)
"""Every rule, by id."""
