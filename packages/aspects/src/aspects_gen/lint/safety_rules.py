"""Rules about safety: security, availability and images.

Listed in `catalogue`, which says what the ids mean.
"""

from __future__ import annotations

from aspects_gen.lint import availability, images, resources, rights, secrets, security
from aspects_gen.lint.finding import Rule

SECURITY = (
    Rule(
        "L301",
        "error",
        "pods meet Pod Security 'restricted', or declare an exception",
        "Whoever breaks into the process must not reach the node.",
        security.check_restricted,
    ),
    Rule(
        "L302",
        "error",
        "exceptions allow exactly what the pod uses, and say why",
        "An exception that is wider than its use hides the next breach.",
        security.check_exceptions,
    ),
    Rule(
        "L303",
        "error",
        "containers cannot write to their own image",
        "A read-only root file system keeps what breaks in from staying.",
        security.check_root_files,
    ),
    Rule(
        "L304",
        "error",
        "environment variables that hold secrets read them from Secrets",
        "Git and everyone who may read the workload would see the value.",
        secrets.check_env,
    ),
    Rule(
        "L305",
        "error",
        "no text of the output holds what looks like a secret's value",
        "A value in Git is known to everyone with the repository, for ever.",
        secrets.check_literals,
    ),
    Rule(
        "L306",
        "error",
        "Secret objects are encrypted",
        "Base64 hides nothing.",
        secrets.check_encryption,
    ),
    Rule(
        "L307",
        "error",
        "a service reads only the Secrets that it declares",
        "The list of who reads a Secret is what an operator grants and rotates by.",
        secrets.check_shared,
    ),
    Rule(
        "L308",
        "error",
        "network policies close every pod in both directions",
        "A pod that no policy selects may talk to everything.",
        security.check_denial,
    ),
    Rule(
        "L309",
        "error",
        "pods hold an API token only where declared",
        "A stolen token speaks for the pod at the Kubernetes API.",
        rights.check_tokens,
    ),
    Rule(
        "L310",
        "error",
        "roles name their verbs and resources, and reach no credentials",
        "Rights that are wider than the need are taken over with the pod.",
        rights.check_wide_rights,
    ),
    Rule(
        "L311",
        "warning",
        "pods get no environment variables of other Services",
        "FOO_PORT=tcp://... overrides an application's own FOO_PORT.",
        security.check_service_links,
    ),
)

AVAILABILITY = (
    Rule(
        "L401",
        "error",
        "every container requests CPU and memory and limits memory",
        "Without them one container starves or evicts all others of its node.",
        resources.check_present,
    ),
    Rule(
        "L402",
        "error",
        "requests are within limits",
        "The API server refuses the workload.",
        resources.check_order,
    ),
    Rule(
        "L403",
        "error",
        "what serves has readiness and liveness probes",
        "Without readiness, a starting pod gets requests; without liveness, a stuck one keeps them.",
        availability.check_probes,
    ),
    Rule(
        "L404",
        "warning",
        "what runs on has a liveness probe",
        "Nothing else restarts a process that hangs.",
        availability.check_liveness,
    ),
    Rule(
        "L405",
        "error",
        "disruption budgets leave room for a drain",
        "A budget that lets no pod go blocks every upgrade of the nodes.",
        availability.check_budget_room,
    ),
    Rule(
        "L406",
        "warning",
        "workloads of several pods have a disruption budget",
        "A drain may otherwise take all of them at once.",
        availability.check_budgets_exist,
    ),
    Rule(
        "L407",
        "error",
        "keepers are an odd number",
        "An even number bears no more losses than one fewer, and loses its majority more easily.",
        availability.check_keepers,
    ),
    Rule(
        "L408",
        "error",
        "autoscalers have a range, a measure, and the number of pods to themselves",
        "They otherwise do nothing, or each sync undoes what they did.",
        availability.check_autoscalers,
    ),
    Rule(
        "L409",
        "error",
        "no rollout needs one volume on two nodes",
        "The new pod waits for a volume that the old one holds, and the old one waits for the new.",
        availability.check_shared_claims,
    ),
)

IMAGES = (
    Rule(
        "L501",
        "error",
        "images have exact tags",
        "What runs would change without a commit, and differ between nodes.",
        images.check_floating,
    ),
    Rule(
        "L502",
        "warning",
        "images have digests",
        "A tag can be moved; a digest is the image.",
        images.check_digests,
    ),
    Rule(
        "L503",
        "warning",
        "images come from a registry that exists",
        "This project's own images are built and pushed by the operator.",
        images.check_registry,
    ),
)
