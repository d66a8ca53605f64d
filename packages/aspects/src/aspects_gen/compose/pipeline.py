"""From complete values to the files of an environment; read it as the table of contents."""

from __future__ import annotations

from collections.abc import Mapping

from aspects_gen.compose.availability import add_availability
from aspects_gen.compose.bundle import Bundle, gather
from aspects_gen.compose.configmaps import name_jobs, place_files, sum_configuration, tidy_files
from aspects_gen.compose.harden import harden_pods
from aspects_gen.compose.labels import label_items
from aspects_gen.compose.layout import Tree, lay_out
from aspects_gen.compose.monitors import add_monitors
from aspects_gen.compose.namespace import add_namespace, place_items
from aspects_gen.compose.network import add_policies
from aspects_gen.compose.order import order_items
from aspects_gen.compose.release import release_text
from aspects_gen.compose.routes import add_routes
from aspects_gen.compose.secrets import add_secrets, encrypted_files, encrypted_folder
from aspects_gen.compose.storage import set_storage_class
from aspects_gen.compose.tools import Digest
from aspects_gen.compose.tune import tune_workloads
from aspects_gen.services.contract import Service
from aspects_gen.values.resolve import Values


def compose(values: Values, services: Mapping[str, Service], digest_of: Digest) -> Bundle:
    """Return everything an environment deploys, complete and ordered.

    Args:
        values: complete and checked.
        services: every discovered service.
        digest_of: the image lock.
    """
    bundle = gather(values, services, digest_of)
    tidy_files(bundle)
    tune_workloads(bundle)
    set_storage_class(bundle)
    place_files(bundle)
    harden_pods(bundle)
    add_policies(bundle)
    add_availability(bundle)
    add_routes(bundle)
    add_monitors(bundle)
    add_secrets(bundle)
    add_namespace(bundle)
    sum_configuration(bundle)
    name_jobs(bundle)
    label_items(bundle)
    place_items(bundle)
    order_items(bundle)
    return bundle


def build_tree(bundle: Bundle) -> Tree:
    """Return the files of a composed environment: path inside its folder -> text."""
    settings = bundle.settings["secrets"]
    values_file = bundle.values.layers.files[0]
    folder = encrypted_folder(values_file, bundle.values.environment, settings)
    tree = lay_out(bundle, encrypted_files(bundle, folder))
    tree["release.yaml"] = release_text(bundle)
    return dict(sorted(tree.items()))
