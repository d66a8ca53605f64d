"""Rules about how it reaches the cluster: sizes, order, Argo CD, leftovers, waivers.

Listed in `catalogue`, which says what the ids mean.
"""

from __future__ import annotations

from aspects_gen.lint import argocd, order, sizes, traces, waivers
from aspects_gen.lint.finding import Rule

SIZES = (
    Rule(
        "L601",
        "error",
        "objects are at most 1 MiB",
        "The API server refuses what is larger.",
        sizes.check_objects,
    ),
    Rule(
        "L602",
        "warning",
        "objects over 256 KiB are applied on the server's side",
        "Client-side apply keeps a copy in an annotation, which has that limit.",
        sizes.check_applied,
    ),
    Rule(
        "L603",
        "warning",
        "files have no tabs, carriage returns or trailing blanks",
        "With them YAML tools show the whole file as one quoted line, and no diff can be read.",
        sizes.check_texts,
    ),
)

ORDER = (
    Rule(
        "L701",
        "error",
        "everything starts in a later wave than what it waits for",
        "In one wave it may start first, and lose what it was sent.",
        order.check_needs,
    ),
    Rule(
        "L702",
        "error",
        "pods start after their ConfigMaps, Secrets and ServiceAccounts",
        "Argo CD would wait for pods that wait for a later wave.",
        order.check_inputs,
    ),
    Rule(
        "L703",
        "error",
        "claims are in the wave of the first pod that mounts them",
        "Otherwise pod and claim wait for each other's wave.",
        order.check_claims,
    ),
    Rule(
        "L704",
        "error",
        "Jobs carry a hash of their content in their name",
        "A Job cannot be changed: the hash makes a new one exactly when something changed.",
        order.check_job_names,
    ),
    Rule(
        "L705",
        "error",
        "Jobs do not delete themselves",
        "Argo CD finds them missing and runs them again, for ever.",
        order.check_job_lifetimes,
    ),
    Rule(
        "L706",
        "error",
        "Jobs are bounded in tries and in time",
        "A Job without a bound holds its wave, and all later ones, for ever.",
        order.check_job_bounds,
    ),
    Rule(
        "L707",
        "error",
        "nothing runs as a hook",
        "Hooks stand outside the order and the diff that were reviewed.",
        order.check_hooks,
    ),
    Rule(
        "L708",
        "error",
        "Argo CD asks before it deletes data",
        "A removed line in Git must not remove a volume.",
        sizes.check_data_guard,
    ),
    Rule(
        "L709",
        "error",
        "the AppProject allows exactly the kinds that are emitted",
        "Fewer fail the sync; more let a mistaken commit reach further.",
        argocd.check_project,
    ),
    Rule(
        "L710",
        "error",
        "Argo CD deploys to the deployment's namespace only",
        "A commit here must not reach the rest of the cluster.",
        argocd.check_destination,
    ),
)

OTHERS = (
    Rule(
        "L801",
        "error",
        "a service that is off leaves no trace",
        "A pod that calls it would hang; a right or label left behind misleads.",
        traces.check_traces,
    ),
    Rule(
        waivers.UNUSED,
        "warning",
        "every waiver accepts something",
        "A waiver that outlives its finding hides the next one.",
        waivers.check_nothing,
    ),
)
