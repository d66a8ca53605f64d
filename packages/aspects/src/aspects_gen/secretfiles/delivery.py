"""Writing new Secrets in the form that the environment's provider takes, one file for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from aspects_gen.errors import UsageError
from aspects_gen.secretfiles.demand import Demand
from aspects_gen.secretfiles.folder import add_file, open_folder, refuse_inside
from aspects_gen.secretfiles.material import generate_value

ENCRYPTED = ("sealed-secrets", "sops")
"""Providers whose files are fit for Git: they are worth nothing without a key that is elsewhere."""

WRITTEN, KEPT, LEFT = "written", "kept", "left"


@dataclass(frozen=True)
class Order:
    """What to write and where."""

    folder: Path
    provider: str
    namespace: str
    carried: Mapping[str, str]
    """NAME/KEY -> value that the operator hands over."""
    certificate: Path | None
    recipients: Sequence[str]
    now: datetime


@dataclass(frozen=True)
class Delivered:
    """What became of one Secret."""

    secret: str
    path: Path
    status: str
    """written; kept: there was a file already; left: keys are missing and the form takes no gaps."""
    generated: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    missing: tuple[Demand, ...] = ()
    """Keys that only the operator can supply and did not."""

    def as_data(self) -> dict[str, Any]:
        """Return the result for machines."""
        return {
            "secret": self.secret,
            "path": str(self.path),
            "status": self.status,
            "generated": list(self.generated),
            "carried": list(self.carried),
            "missing": [demand.key for demand in self.missing],
        }


Form = Callable[[Path, Mapping[str, str], Sequence[Demand]], str]
"""Returns the text of a Secret's file, from path, values and missing keys."""


def check_folder(order: Order, *, out: Path, environments: Path) -> None:
    """Refuse a folder where Secrets must not lie.

    Args:
        order: what to write.
        out: the folder of generated output.
        environments: the folder of values files.

    Raises:
        WriteError: in the output; or, for readable values, among the values files.
    """
    elsewhere = "name a folder outside this repository, for example ~/aspects-secrets"
    refuse_inside(
        order.folder, out, "this is generated output, which goes to Git as it is", elsewhere
    )
    if order.provider not in ENCRYPTED:
        why = "values files go to Git, and Secrets in this form can be read by anyone"
        refuse_inside(order.folder, environments, why, elsewhere)


def deliver(order: Order, demands: Sequence[Demand]) -> list[Delivered]:
    """Write a file for each Secret that has none yet, and return what became of each.

    Nothing that exists is touched, so a run that was killed is completed by the next.

    Args:
        order: what to write and where.
        demands: the keys of the Secrets, sorted by name.

    Raises:
        UsageError: what encrypting needs is absent.
        WriteError: the folder or a file cannot be written.
    """
    form, suffix = _form(order)
    with open_folder(order.folder, plain=order.provider not in ENCRYPTED):
        return [
            _deliver_one(order, name, list(group), (form, suffix))
            for name, group in groupby(demands, key=lambda demand: demand.secret)
        ]


def _deliver_one(
    order: Order, name: str, demands: Sequence[Demand], form: tuple[Form, str]
) -> Delivered:
    path = order.folder / f"{name}{form[1]}"
    carried = tuple(d.key for d in demands if d.name in order.carried)
    generated = tuple(d.key for d in demands if d.rule and d.key not in carried)
    missing = tuple(d for d in demands if d.key not in (*carried, *generated))
    if path.is_symlink() or path.exists():
        return Delivered(name, path, KEPT, carried=carried)
    if missing and (order.provider in ENCRYPTED or not (carried or generated)):
        return Delivered(name, path, LEFT, missing=missing)
    values = {
        d.key: order.carried[d.name] if d.key in carried else generate_value(d.rule)
        for d in demands
        if d not in missing
    }
    if not add_file(path, form[0](path, values, missing)):
        return Delivered(name, path, KEPT, carried=carried)
    return Delivered(name, path, WRITTEN, generated, carried, missing)


def _form(order: Order) -> tuple[Form, str]:
    """Return how a provider's files are made and how their names end."""
    match order.provider:
        case "external-secrets":
            return _entry, ".json"
        case "sealed-secrets":
            return _sealed(order), ".yaml"
        case "sops":
            return _sops(order), ".yaml"
    return _manifest(order), ".yaml"


def _entry(_path: Path, values: Mapping[str, str], _missing: Sequence[Demand]) -> str:
    from aspects_gen.secretfiles.plain import entry_text

    return entry_text(values)


def _manifest(order: Order) -> Form:
    from aspects_gen.secretfiles.plain import manifest_text

    return lambda path, values, missing: manifest_text(order.namespace, path.stem, values, missing)


def _sealed(order: Order) -> Form:
    from aspects_gen.secretfiles.sealed import load_key, sealed_text

    if order.certificate is None:
        raise UsageError(
            "sealing needs the public certificate of the controller\n"
            "  = fix: run `kubeseal --fetch-cert > cert.pem`, then name it with --cert cert.pem"
        )
    key = load_key(order.certificate, order.now)
    return lambda path, values, _missing: sealed_text(key, order.namespace, path.stem, values)


def _sops(order: Order) -> Form:
    from aspects_gen.secretfiles.sops import encrypted_text, find_sops

    program = find_sops()
    return lambda path, values, _missing: encrypted_text(
        program, path, values, namespace=order.namespace, recipients=order.recipients
    )
