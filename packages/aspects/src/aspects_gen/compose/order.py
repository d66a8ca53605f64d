"""What happens when: waves computed from the dependency graph.

Argo CD applies waves in order and waits for each to be healthy (only inside one Application).
Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

from __future__ import annotations

from aspects_gen.compose.bundle import Bundle, Item, Step, pod_template
from aspects_gen.compose.network import LMS
from aspects_gen.errors import ServiceError

FOUNDATION, SECRETS, CONFIG, FIRST = 0, 1, 2, 3

FOUNDATION_KINDS = (
    "Namespace",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "PriorityClass",
)
SECRET_KINDS = ("ExternalSecret", "SealedSecret", "Secret", "SecretStore")
CONFIG_KINDS = ("ConfigMap", "Service")
GRAPH_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")

WHY = {
    FOUNDATION: "rights and limits before anything runs",
    SECRETS: "everything that runs reads Secrets",
    CONFIG: "names and files before what uses them",
}

Graph = dict[str, dict[str, str]]
"""Id -> ids that must be done or healthy first -> why."""


def order_items(bundle: Bundle) -> None:
    """Compute each object's wave and the list of steps.

    Raises:
        ServiceError: the dependencies go in a circle, or name something that nothing emits.
    """
    graph = build_graph(bundle)
    depth = measure_depth(graph)
    last = FIRST + max(depth.values(), default=-1) + 1
    for item in bundle.items:
        bundle.waves[item.id] = _wave(item, depth, last)
    _join_claims(bundle)
    for item in bundle.items:
        after = graph.get(item.id, {})
        wave = bundle.waves[item.id]
        why = "; ".join(dict.fromkeys(after.values())) or _why(item, wave)
        bundle.steps.append(Step(wave, item.id, item.folder, tuple(sorted(after)), why))
    bundle.steps.sort(key=lambda step: (step.wave, step.folder, step.id))


def _why(item: Item, wave: int) -> str:
    if item.kind in GRAPH_KINDS:
        return "waits for nothing that runs"
    return WHY.get(wave, "only once what it serves is up")


def _wave(item: Item, depth: dict[str, int], last: int) -> int:
    if item.kind in GRAPH_KINDS:
        return FIRST + depth[item.id]
    if item.kind in FOUNDATION_KINDS:
        return FOUNDATION
    if item.kind in SECRET_KINDS:
        return SECRETS
    if item.kind in CONFIG_KINDS:
        return CONFIG
    return last


def _join_claims(bundle: Bundle) -> None:
    """Put each volume claim into the wave of the first pod that mounts it.

    Where a claim binds only once a pod wants it, an earlier wave would wait for it for ever.
    """
    for item in bundle.owners():
        for volume in pod_template(item.manifest)["spec"].get("volumes", []):
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            key = f"persistentvolumeclaim/{claim}"
            if key in bundle.waves:
                bundle.waves[key] = min(bundle.waves[key], bundle.waves[item.id])


def build_graph(bundle: Bundle) -> Graph:
    """Return what each workload and Job waits for: its needs, its `after`, and declared orders."""
    graph: Graph = {i.id: {} for i in bundle.items if i.kind in GRAPH_KINDS}
    for need in bundle.needs:
        client = need["client"]
        if client == LMS or client not in graph or not need.get("wait", True):
            continue
        endpoint = bundle.endpoints.get(need.get("endpoint", ""))
        if endpoint:
            for server in endpoint.get("wait", [endpoint.get("workload", "")]):
                _require(graph, client, server, need["why"])
    for job_id, job in bundle.jobs.items():
        for before in job["after"]:
            _require(graph, job_id, before, job["about"])
    for output in bundle.outputs.values():
        for order in output.get("order", []):
            for before in order["after"]:
                _require(graph, order["node"], before, order["why"])
    return graph


def _require(graph: Graph, node: str, before: str, why: str) -> None:
    """Note an order between two things that are both emitted; an order about an absent one is void."""
    if node in graph and before in graph and node != before:
        graph[node].setdefault(before, why)


def measure_depth(graph: Graph) -> dict[str, int]:
    """Return the length of the longest chain before each node.

    Raises:
        ServiceError: there is a circle; the message walks it.
    """
    depth: dict[str, int] = {}
    trail: list[str] = []

    def visit(node: str) -> int:
        if node in depth:
            return depth[node]
        if node in trail:
            circle = " -> ".join([*trail[trail.index(node) :], node])
            raise ServiceError(
                f"the order of the deployment goes in a circle: {circle}\n"
                "  = fix: remove one of these dependencies from the service that declares it"
            )
        trail.append(node)
        depth[node] = max((visit(before) + 1 for before in sorted(graph[node])), default=0)
        trail.pop()
        return depth[node]

    for node in sorted(graph):
        visit(node)
    return depth
