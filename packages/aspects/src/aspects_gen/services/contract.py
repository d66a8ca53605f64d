"""The seam between a service package and the generator: plain data, specified here.

A service is a module found through the entry-point group ``aspects.services``; the entry point's name is
the service's name, its key in the values and its folder in the output. The module offers::

    schema() -> dict                       JSON Schema of its slice of the values
    images() -> dict[str, Image]           components it runs, by exact tag
    offers(values, site) -> list[Endpoint] addresses others may use; called before any emit
    check(values, site) -> list[Problem]   what a schema cannot say
    emit(values, tools) -> Output          everything it deploys

All five are pure: no clock, randomness, environment, network or file outside the package. `values` is the
service's slice, complete (defaults, profile and opinions applied) and valid. A service repeats the few shapes
it uses or works on plain dicts: it never imports this module.

Ids name workloads and jobs across services: ``kind/name`` in lower case, for example ``statefulset/clickhouse``,
``deployment/ralph``, ``job/aspects-migrate``, ``cronjob/clickhouse-backup``. An endpoint's id is ``service/name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, Protocol, TypedDict

Manifest = dict[str, Any]
Problem = tuple[str, str, str, str]
"""(dotted path inside the slice, problem, expected, fix): the generator adds file, line and column."""


class Image(TypedDict):
    """A component's image: where it is pulled from and its exact tag."""

    repository: str
    tag: str
    own: NotRequired[bool]
    """Built from this project's `build/` definition: the repository becomes `images.registry`/name."""


class Endpoint(TypedDict):
    """An address that others may call."""

    name: str
    host: str
    port: int
    tls: bool
    workload: NotRequired[str]
    """Id of the workload that answers; absent when it runs outside the cluster."""
    wait: NotRequired[list[str]]
    """Ids that must be done before a client can use it; default: the workload."""


class Need(TypedDict):
    """One edge: a client that opens connections. Order, network policy and access follow from it."""

    client: str
    """Id of a workload, CronJob or Job."""
    endpoint: NotRequired[str]
    """`service/name` of an offered endpoint."""
    external: NotRequired[str]
    """Host outside the cluster, instead of an endpoint."""
    port: NotRequired[int]
    """Port of the external host; required with `external`."""
    why: str
    wait: NotRequired[bool]
    """False: the client may start before the endpoint is up. Default True."""


class SecretKey(TypedDict):
    """One key of a Secret that must exist."""

    about: str
    generate: NotRequired[str]
    """`password:N` (letters and digits) or `hex:N` (N characters). Absent: only the operator can supply it."""


class Secret(TypedDict):
    """A Secret that must exist before the deployment starts. Values never pass through here."""

    name: str
    keys: dict[str, SecretKey]
    shared: NotRequired[bool]
    """True when another Output may declare the same Secret with the same keys."""


class Workload(TypedDict):
    """What composition must know of a Deployment, StatefulSet, DaemonSet, CronJob or Job."""

    uid: int
    """User and group id of every container; also fsGroup. Never 0 without `exception`."""
    writable: NotRequired[list[str]]
    """Paths given an emptyDir in every container; the root file system is read-only."""
    tuning: NotRequired[dict[str, Any]]
    """The operator's `#/$defs/workload` values: replicas, resources, probes, placement, autoscaling.

    Resources and probe timings go to the container that bears the workload's own name."""
    stateless: NotRequired[bool]
    """True: may be scaled by an autoscaler and rolled with surge. Default False."""
    token: NotRequired[bool]
    """True: needs the Kubernetes API; the service emits the ServiceAccount and its rights itself."""
    exception: NotRequired[dict[str, Any]]
    """What Pod Security 'restricted' must not forbid here: {"why": text, "allow": [field, ...]}."""


class Job(TypedDict):
    """Work that prepares something: idempotent, safe to kill, reruns exactly when its content changes."""

    name: str
    about: str
    pod: dict[str, Any]
    """Pod spec; the container that works bears the job's name."""
    workload: Workload
    after: list[str]
    """Ids that must be done or healthy first, besides what its needs imply."""
    deadline_seconds: int
    retries: NotRequired[int]
    """Kubernetes backoffLimit; default 3."""


class Order(TypedDict):
    """An ordering that no connection explains."""

    node: str
    after: list[str]
    why: str


class Route(TypedDict):
    """A public address."""

    name: str
    host: str
    service: str
    port: int
    workload: str


class Metrics(TypedDict):
    """A metrics endpoint to scrape."""

    workload: str
    port: str
    """Name of a container port."""
    path: str


class Alert(TypedDict):
    """A Prometheus rule; `docs/runbooks/<name>.md` must exist for rules shipped here."""

    name: str
    expr: str
    for_: str
    severity: str
    summary: str


class Lms(TypedDict, total=False):
    """What a service asks of the LMS (ADR 8's jobs/init/lms)."""

    settings: dict[str, Any]
    requirements: list[str]
    users: list[dict[str, Any]]
    oauth_clients: list[dict[str, Any]]
    routers: list[dict[str, Any]]


class Output(TypedDict, total=False):
    """Everything a service deploys, as plain data. Every key is optional.

    `objects` are complete Kubernetes objects less what composition adds for all: namespace, labels and selectors of
    workloads, security contexts, resources, replicas, ServiceAccounts, network policies, disruption budgets,
    spread, autoscalers, waves, checksums.
    """

    objects: list[Manifest]
    files: dict[str, dict[str, str]]
    """ConfigMap name -> file name -> text. Mount them by that ConfigMap name."""
    workloads: dict[str, Workload]
    jobs: list[Job]
    secrets: list[Secret]
    needs: list[Need]
    order: list[Order]
    routes: list[Route]
    metrics: list[Metrics]
    alerts: list[Alert]
    lms: Lms
    lms_files: dict[str, str]
    """Files for whoever runs the LMS: path inside the output's lms/ folder -> text."""


class Tools(Protocol):
    """What cannot be added afterwards."""

    site: Mapping[str, Any]
    """Facts of the site and environment: see `aspects_gen.services.site`."""

    def render(self, template: str, **variables: Any) -> str:
        """Render a template of the calling service's package, `path/inside/package.ext.j2`; undefined names fail."""

    def read(self, path: str) -> str:
        """Return a file of the calling service's package, unchanged."""

    def secret(self, name: str, key: str) -> dict[str, Any]:
        """Return `{"valueFrom": {"secretKeyRef": ...}}` for an env entry; never a value."""

    def image(self, component: str) -> str:
        """Return the pinned reference of one of the calling service's images."""

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return another service's endpoint, or None where nothing offers it."""

    def cluster_name(self, name: str) -> str:
        """Return a name for a cluster-scoped object that no other installation shares."""


class Service(Protocol):
    """A discovered service module."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the slice."""
        ...

    def images(self) -> dict[str, Image]:
        """Return the components it runs, by name."""
        ...

    def offers(self, values: dict[str, Any], site: Mapping[str, Any]) -> list[Endpoint]:
        """Return the addresses that others may use."""
        ...

    def check(self, values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong with the values taken together."""
        ...

    def emit(self, values: dict[str, Any], tools: Tools) -> Output:
        """Return everything it deploys."""
        ...
