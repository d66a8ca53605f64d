"""Rules about waves and Jobs: nothing starts before what it needs, and reruns are decided by content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aspects_gen.compose.network import LMS
from aspects_gen.compose.order import CONFIG
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.references import uses_of
from aspects_gen.lint.survey import Pod, Survey

HASHED = re.compile(r".+-[0-9a-f]{8}")
HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")


def check_needs(survey: Survey) -> Iterator[Flaw]:
    """Yield workloads that start no later than something they wait for."""
    waves = survey.bundle.waves
    for client, server, why in sorted(set(_edges(survey))):
        if client == server or client not in waves or server not in waves:
            continue
        if waves[client] <= waves[server]:
            place = f"{server} in wave {waves[server]}"
            problem = f"wave {waves[client]} is not after {place}: {why}"
            fix = "declare the need or the order, so that composition computes the wave"
            yield blame(survey.by_id[client], problem, fix)


def _edges(survey: Survey) -> Iterator[tuple[str, str, str]]:
    """Yield client, what it waits for, and why."""
    bundle = survey.bundle
    for need in bundle.needs:
        endpoint = bundle.endpoints.get(need.get("endpoint", ""))
        if endpoint and need["client"] != LMS and need.get("wait", True):
            for server in endpoint.get("wait", [endpoint.get("workload", "")]):
                yield need["client"], server, need["why"]
    for job_id, job in bundle.jobs.items():
        yield from ((job_id, before, job["about"]) for before in job["after"])
    for output in bundle.outputs.values():
        for order in output.get("order", []):
            yield from ((order["node"], before, order["why"]) for before in order["after"])


def check_inputs(survey: Survey) -> Iterator[Flaw]:
    """Yield pods that start before a Secret, ConfigMap or ServiceAccount they cannot start without."""
    waves = survey.bundle.waves
    for pod in survey.pods:
        own = waves.get(pod.item.id, 0)
        for name, wave in sorted(set(_inputs(survey, pod))):
            if wave >= own:
                problem = f"wave {own} is not after {name} in wave {wave}"
                yield blame(pod.item, problem, "leave waves to composition")


def _inputs(survey: Survey, pod: Pod) -> Iterator[tuple[str, int]]:
    """Yield what a pod cannot start without, and its wave."""
    waves = survey.bundle.waves
    account = pod.spec.get("serviceAccountName", "")
    names = [f"serviceaccount/{account}"]
    for use in uses_of(pod, "secret"):
        names += [f"{kind}/{use.name}" for kind in ("externalsecret", "sealedsecret", "secret")]
    for use in uses_of(pod, "configMap"):
        names.append(f"configmap/{use.name}")
        if use.name in survey.bundle.files:
            yield f"configmap/{use.name}", CONFIG
    yield from ((name, waves[name]) for name in names if name in waves)


def check_claims(survey: Survey) -> Iterator[Flaw]:
    """Yield claims in another wave than the first pod that mounts them.

    Later, the pod waits for the claim; earlier, a claim that binds on first use never becomes healthy.
    Source: https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode
    """
    waves = survey.bundle.waves
    for item in survey.of("PersistentVolumeClaim"):
        users = [waves[pod.item.id] for pod in survey.pods if item.name in _claims(pod)]
        if users and waves[item.id] != min(users):
            problem = (
                f"wave {waves[item.id]} is not wave {min(users)}, in which a pod first mounts it"
            )
            yield blame(item, problem, "put the claim in the wave of that pod")


def _claims(pod: Pod) -> list[str]:
    return [v.get("persistentVolumeClaim", {}).get("claimName", "") for v in pod.volumes]


def check_job_names(survey: Survey) -> Iterator[Flaw]:
    """Yield Jobs that cannot rerun, because their name does not change with their content."""
    for item in survey.of("Job"):
        name = survey.bundle.job_names.get(item.id, item.name)
        if not HASHED.fullmatch(name):
            problem = f"the name {name} carries no hash of the content: a change cannot be applied"
            yield blame(item, problem, "declare it in the service's `jobs`")


def check_job_lifetimes(survey: Survey) -> Iterator[Flaw]:
    """Yield Jobs that delete themselves, upon which Argo CD runs them again and again."""
    for item in survey.of("Job"):
        if "ttlSecondsAfterFinished" in item.manifest["spec"]:
            problem = "ttlSecondsAfterFinished deletes it, and the next sync runs it again"
            yield blame(item, problem, "leave ttlSecondsAfterFinished out")


def check_job_bounds(survey: Survey) -> Iterator[Flaw]:
    """Yield Jobs without a bound of tries or of time."""
    for item in survey.of("Job", "CronJob"):
        spec = item.manifest["spec"]
        if item.kind == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        for field in ("backoffLimit", "activeDeadlineSeconds"):
            if field not in spec:
                yield blame(item, f"has no {field}", "bound its tries and its time")


def check_hooks(survey: Survey) -> Iterator[Flaw]:
    """Yield objects that run as hooks, outside the waves and outside every diff."""
    for item in survey.items:
        for name in HOOKS:
            if name in item.manifest["metadata"].get("annotations", {}):
                problem = f"the annotation {name} takes it out of the order and of the diff"
                yield blame(item, problem, "declare it in the service's `jobs`")
