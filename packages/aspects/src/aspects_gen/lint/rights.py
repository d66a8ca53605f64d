"""Rules about rights at the Kubernetes API: bindings resolve, and nothing may more than it must."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Survey

BUILT_IN_ROLES = ("admin", "cluster-admin", "edit", "view")

WIDE_VERBS = ("*", "bind", "escalate", "impersonate")
"""Verbs that lead to more rights. Source: https://kubernetes.io/docs/concepts/security/rbac-good-practices/"""

SENSITIVE = ("*", "secrets", "pods/exec", "pods/attach", "nodes/proxy", "serviceaccounts/token")
"""Resources that hold or lead to credentials; same source."""


def check_role_refs(survey: Survey) -> Iterator[Flaw]:
    """Yield bindings to roles that nothing emits."""
    for item in survey.of("RoleBinding", "ClusterRoleBinding"):
        reference = item.manifest["roleRef"]
        kind, name = reference["kind"], reference["name"]
        built_in = kind == "ClusterRole" and (name in BUILT_IN_ROLES or name.startswith("system:"))
        if not built_in and not survey.has(kind, name):
            problem = f"roleRef names {kind}/{name}, which nothing emits"
            yield blame(item, problem, "emit the role, or fix the name")


def check_subjects(survey: Survey) -> Iterator[Flaw]:
    """Yield bindings of ServiceAccounts that nothing emits."""
    for item in survey.of("RoleBinding", "ClusterRoleBinding"):
        for subject in item.manifest.get("subjects", []):
            problem = _subject_problem(survey, subject)
            if problem:
                yield blame(item, problem, "bind a ServiceAccount of this deployment")


def _subject_problem(survey: Survey, subject: dict[str, Any]) -> str:
    if subject["kind"] != "ServiceAccount":
        return f"binds a {subject['kind']}, which is no part of this deployment"
    namespace = subject.get("namespace")
    if namespace != survey.namespace:
        return f"the subject {subject['name']} is in namespace {namespace}, not {survey.namespace}"
    if not survey.has("ServiceAccount", subject["name"]):
        return f"binds ServiceAccount/{subject['name']}, which nothing emits"
    return ""


def check_wide_rights(survey: Survey) -> Iterator[Flaw]:
    """Yield roles with wildcards, verbs that lead to more rights, or credentials in reach."""
    for item in survey.of("Role", "ClusterRole"):
        for rule in item.manifest.get("rules", []):
            for what in _too_wide(rule):
                yield blame(item, f"grants {what}", "name exactly the verbs and resources needed")


def _too_wide(rule: dict[str, Any]) -> Iterator[str]:
    yield from (f"the verb {verb}" for verb in rule.get("verbs", []) if verb in WIDE_VERBS)
    if "*" in rule.get("apiGroups", []):
        yield "every API group"
    if not rule.get("resourceNames"):
        found = [name for name in rule.get("resources", []) if name in SENSITIVE]
        yield from (f"the resource {name} without naming objects" for name in found)


def check_bound_roles(survey: Survey) -> Iterator[Flaw]:
    """Yield roles that nothing binds."""
    bindings = survey.of("RoleBinding", "ClusterRoleBinding")
    bound = {(b.manifest["roleRef"]["kind"], b.manifest["roleRef"]["name"]) for b in bindings}
    for item in survey.of("Role", "ClusterRole"):
        if (item.kind, item.name) not in bound:
            yield blame(
                item, "no binding grants this role to anyone", "bind it, or emit it no longer"
            )


def check_tokens(survey: Survey) -> Iterator[Flaw]:
    """Yield pods that hold an API token without having asked for one."""
    for pod in survey.pods:
        if pod.workload.get("token"):
            continue
        if pod.spec.get("automountServiceAccountToken") is not False:
            problem = "mounts a token of the Kubernetes API that it has no need of"
            fix = "set automountServiceAccountToken: false, or declare `token` and its rights"
            yield blame(pod.item, problem, fix)
