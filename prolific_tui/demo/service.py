"""The in-memory Prolific: every operation of the contract, on state that really changes.

It is pure: no clock, no sleeping, no sockets, and new ids are passed in. Carriers (`transport`,
`server`) bring it requests, one at a time, and deliver its answers. Where the contract leaves
something open it is strict: a username that repeats within a body or is already in the pool is a
409 that changes nothing and does not say which, a line that is not `username,password` is a 400,
and a path without its trailing slash is a 301, as the web framework of the real one answers.
"""

import base64
import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from prolific_tui.demo.bodies import (
    owner_body,
    pool_body,
    project_body,
    secret_body,
    study_body,
    study_summary_body,
    subscription_body,
    usage_report,
    workspace_body,
)
from prolific_tui.demo.exchange import (
    Answer,
    Refusal,
    Request,
    detail_error,
    flat_error,
    json_answer,
    json_object,
    message_error,
    nested_error,
    page_by_number,
    page_by_offset,
    redirect,
)
from prolific_tui.demo.faults import Cut, Fault, check_operation, parse_effect, parse_fault
from prolific_tui.demo.routes import OPERATIONS, find_operations
from prolific_tui.demo.state import DRAFT, Pool, SigningSecret, State, Study
from prolific_tui.secret import Secret

__all__ = [
    "OPERATIONS",
    "Answer",
    "Cut",
    "Fault",
    "Request",
    "Service",
    "State",
    "parse_effect",
    "parse_fault",
]

_REQUIRED: Final = ["This field is required."]

Parameters = Mapping[str, str]
"""The decoded variable segments of a path, by name."""


class Service:
    """Prolific's API over a `State`; it answers `Request`s and can be made to fail.

    Not safe for use by several threads at once: carriers that share one share a lock.
    """

    def __init__(self, state: State, token: Secret, *, new_id: Callable[[], str]) -> None:
        self.state = state
        """What it knows; tests look here for what a write really did."""
        self._token = token
        self._new_id = new_id
        self._faults: dict[str, Fault] = {}
        self._handlers: dict[str, Callable[[Request, Parameters], Answer]] = {
            "getMe": self._get_me,
            "listWorkspaces": self._list_workspaces,
            "listProjects": self._list_projects,
            "listCredentialPools": self._list_credential_pools,
            "createCredentialPool": self._create_credential_pool,
            "updateCredentialPool": self._update_credential_pool,
            "listSecrets": self._list_secrets,
            "createSecret": self._create_secret,
            "listSubscriptions": self._list_subscriptions,
            "listStudies": self._list_studies,
            "listProjectStudies": self._list_project_studies,
            "getStudy": self._get_study,
            "setStudyCredentialPool": self._set_study_credential_pool,
            "getStudyCredentialsReport": self._get_study_credentials_report,
        }

    @property
    def faults(self) -> Mapping[str, Fault]:
        """The faults that are switched on, by operation, with the times they have left."""
        return dict(self._faults)

    def switch_on(self, operation_id: str, fault: Fault) -> None:
        """Make an operation go wrong, in place of any fault it had.

        Raises:
            SettingsError: there is no such operation.
        """
        self._faults[check_operation(operation_id)] = fault

    def switch_off(self, operation_id: str | None = None) -> None:
        """Let an operation, or with None every operation, go right again.

        Raises:
            SettingsError: there is no such operation.
        """
        if operation_id is None:
            self._faults.clear()
        else:
            self._faults.pop(check_operation(operation_id), None)

    def authorized(self, request: Request) -> bool:
        """Whether a request carries the token: `Authorization: Token ...`."""
        return Secret(request.headers.get("authorization", "")) == Secret(
            f"Token {self._token.reveal()}"
        )

    def handle(self, request: Request) -> Answer:
        """Carry out a request, or let a fault strike in its place."""
        method = "GET" if request.method == "HEAD" else request.method
        found = find_operations(request.path)
        if not found:
            if not request.path.endswith("/") and find_operations(request.path + "/"):
                return redirect(request, request.path + "/")
            return detail_error(404, "Not found.")
        if method not in found:
            allowed = {"allow": ", ".join(sorted({*found, "HEAD"} if "GET" in found else found))}
            return detail_error(405, f'Method "{method}" not allowed.', allowed)
        operation, parameters = found[method]
        fault = self._strike(operation.operation_id)
        if fault is not None and not fault.takes_effect:
            answer = fault.answer()
        elif not self.authorized(request):
            answer = nested_error(401, "Authentication credentials were not provided or are wrong.")
        else:
            try:
                answer = self._handlers[operation.operation_id](request, parameters)
            except Refusal as refusal:
                answer = refusal.answer
        if fault is None:
            return answer
        begun = fault.cut is Cut.WITHIN
        return replace(answer, delay=fault.delay, cut=fault.cut is not None, begun=begun)

    def _strike(self, operation_id: str) -> Fault | None:
        fault = self._faults.get(operation_id)
        if fault is not None and fault.times is not None:
            if fault.times > 1:
                self._faults[operation_id] = replace(fault, times=fault.times - 1)
            else:
                del self._faults[operation_id]
        return fault

    # Users and workspaces

    def _get_me(self, _request: Request, _parameters: Parameters) -> Answer:
        return json_answer(owner_body(self.state.owner))

    def _list_workspaces(self, request: Request, _parameters: Parameters) -> Answer:
        owner = self.state.owner
        workspaces = [workspace_body(each, owner) for each in self.state.workspaces.values()]
        return json_answer(page_by_offset(request, workspaces))

    def _list_projects(self, request: Request, parameters: Parameters) -> Answer:
        workspace_id = parameters["workspace_id"]
        if workspace_id not in self.state.workspaces:
            raise Refusal(nested_error(404, "Workspace not found"))
        projects = [
            project_body(project, self.state.owner)
            for project in self.state.projects.values()
            if project.workspace_id == workspace_id
        ]
        return json_answer(page_by_offset(request, projects))

    # Credentials

    def _check_managed(self, workspace_id: str) -> None:
        """Raise a 403 for a workspace that is not there or not the caller's to change."""
        workspace = self.state.workspaces.get(workspace_id)
        if workspace is None or not workspace.is_managed:
            detail = "You do not have the permission workspace.workspace_update."
            raise Refusal(flat_error(403, detail))

    def _queried_workspace(self, request: Request) -> str:
        workspace_id = request.query.get("workspace_id", "")
        if not workspace_id:
            raise Refusal(nested_error(400, "workspace_id query parameter is required"))
        self._check_managed(workspace_id)
        return workspace_id

    def _list_credential_pools(self, request: Request, _parameters: Parameters) -> Answer:
        workspace_id = self._queried_workspace(request)
        pools = [
            pool_body(pool)
            for pool in self.state.pools.values()
            if pool.workspace_id == workspace_id
        ]
        return json_answer({"credential_pools": pools})

    def _create_credential_pool(self, request: Request, _parameters: Parameters) -> Answer:
        body = json_object(request)
        credentials, workspace_id = _required(body, "credentials", "workspace_id")
        self._check_managed(workspace_id)
        passwords = _parse_credentials(credentials, already={})
        pool = Pool(f"{workspace_id}_{self._new_id()}", workspace_id, passwords)
        self.state.pools[pool.id] = pool
        return json_answer({"credential_pool_id": pool.id}, 201)

    def _update_credential_pool(self, request: Request, parameters: Parameters) -> Answer:
        body = json_object(request)
        (credentials,) = _required(body, "credentials")
        pool = self.state.pools.get(parameters["credential_pool_id"])
        if pool is None:
            raise Refusal(flat_error(404, "Credential pool not found"))
        self._check_managed(pool.workspace_id)
        added = _parse_credentials(credentials, already=pool.passwords)
        self.state.pools[pool.id] = replace(pool, passwords={**pool.passwords, **added})
        return json_answer({"credential_pool_id": pool.id})

    # Hooks

    def _list_secrets(self, request: Request, _parameters: Parameters) -> Answer:
        secret = self.state.secrets.get(self._queried_workspace(request))
        results = [] if secret is None else [secret_body(secret)]
        return json_answer({"results": results, "meta": {"count": len(results)}})

    def _create_secret(self, request: Request, _parameters: Parameters) -> Answer:
        (workspace_id,) = _required(json_object(request), "workspace_id")
        self._check_managed(workspace_id)
        identity = hashlib.sha256(self._new_id().encode()).hexdigest()[:24]
        value = base64.urlsafe_b64encode(hashlib.sha256(self._new_id().encode()).digest())
        secret = SigningSecret(identity, Secret(value.decode().rstrip("=")), workspace_id)
        self.state.secrets[workspace_id] = secret
        return json_answer(secret_body(secret), 201)

    def _list_subscriptions(self, request: Request, _parameters: Parameters) -> Answer:
        enabled = request.query.get("is_enabled", "true").lower()
        if enabled not in ("true", "false"):
            raise Refusal(nested_error(400, {"is_enabled": ["Must be a valid boolean."]}))
        workspace_id = request.query.get("workspace_id")
        if workspace_id is not None:
            self._check_managed(workspace_id)
        chosen = [
            subscription_body(subscription)
            for subscription in self.state.subscriptions.values()
            if subscription.is_enabled == (enabled == "true")
            and workspace_id in (None, subscription.workspace_id)
        ]
        page = page_by_offset(request, chosen)
        return json_answer({"results": page["results"], "meta": page["meta"]})

    # Studies

    def _list_studies(self, request: Request, _parameters: Parameters) -> Answer:
        # The reference shows `(ACTIVE|PAUSED)` while its schema is a single value: take both.
        state = request.query.get("state", "").strip("()")
        studies = [
            study_summary_body(study)
            for study in self.state.studies.values()
            if not state or study.status in state.split("|")
        ]
        return json_answer(page_by_number(request, studies))

    def _list_project_studies(self, request: Request, parameters: Parameters) -> Answer:
        project_id = parameters["project_id"]
        if project_id not in self.state.projects:
            raise Refusal(flat_error(404, "Project not found"))
        ordering = request.query.get("ordering", "date_created")
        if ordering.removeprefix("-") != "date_created":
            raise Refusal(flat_error(400, ["Studies can be ordered by date_created only."]))
        studies = sorted(
            (study for study in self.state.studies.values() if study.project_id == project_id),
            key=lambda study: study.date_created,
            reverse=ordering.startswith("-"),
        )
        return json_answer(
            page_by_number(request, [study_summary_body(study) for study in studies])
        )

    def _find_study(self, parameters: Parameters) -> Study:
        study = self.state.studies.get(parameters["id"])
        if study is None:
            raise Refusal(message_error(404, "study not found"))
        return study

    def _get_study(self, _request: Request, parameters: Parameters) -> Answer:
        return json_answer(study_body(self._find_study(parameters)))

    def _set_study_credential_pool(self, request: Request, parameters: Parameters) -> Answer:
        body = json_object(request)
        study = self._find_study(parameters)
        if "credential_pool_id" not in body:
            raise Refusal(flat_error(400, {"credential_pool_id": _REQUIRED}))
        if study.status != DRAFT:
            detail = "credential_pool_id cannot be changed after publication"
            raise Refusal(message_error(400, detail))
        pool_id = body["credential_pool_id"]
        if pool_id is not None:
            workspace_id = self.state.projects[study.project_id].workspace_id
            pool = self.state.pools.get(pool_id) if isinstance(pool_id, str) else None
            if pool is None or pool.workspace_id != workspace_id:
                detail = "No such credential pool in the workspace of this study."
                raise Refusal(flat_error(400, {"credential_pool_id": [detail]}))
            if not pool.available:
                detail = "The credential pool has no unused credentials."
                raise Refusal(flat_error(400, {"credential_pool_id": [detail]}))
        changed = replace(study, credential_pool_id=pool_id)
        self.state.studies[study.id] = changed
        return json_answer(study_body(changed))

    def _get_study_credentials_report(self, _request: Request, parameters: Parameters) -> Answer:
        study = self._find_study(parameters)
        if study.credential_pool_id is None:
            raise Refusal(nested_error(400, "Study does not have credentials configured"))
        report = usage_report(self.state.pools[study.credential_pool_id], study.id)
        return Answer(200, {"content-type": "text/csv"}, report.encode())


def _required(body: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """The named fields, each a string that is not empty, or a 400 that tells of every other."""
    problems: dict[str, list[str]] = {}
    for name in names:
        if name not in body:
            problems[name] = _REQUIRED
        elif not isinstance(body[name], str) or not body[name]:
            problems[name] = ["Not a string that holds something."]
    if problems:
        raise Refusal(nested_error(400, problems))
    return tuple(body[name] for name in names)


def _parse_credentials(text: str, already: Mapping[str, Secret]) -> dict[str, Secret]:
    """Passwords by username from `username,password` lines: all of them, or a refusal of all."""
    passwords: dict[str, Secret] = {}
    problems: list[str] = []
    repeated = False
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        text.encode()
        for number, fields in enumerate(reader, 1):
            if len(fields) != 2 or not all(fields):
                problems.append(f"Line {number}: expected username,password")
                continue
            username, password = fields
            repeated = repeated or username in passwords or username in already
            passwords[username] = Secret(password)
    except (csv.Error, UnicodeEncodeError):
        problems.append("The credentials could not be read as CSV")
    if problems:
        raise Refusal(flat_error(400, problems))
    if repeated:
        raise Refusal(nested_error(409, "Duplicate credentials detected"))
    return passwords
