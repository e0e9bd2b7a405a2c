"""Which operation of the contract a method and a path stand for.

The names are the operationIds of `tests/contract/prolific-openapi.yaml`; a test holds the table
against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract: its operationId, method and path template."""

    operation_id: str
    method: str
    template: str
    """A path with a trailing slash whose variable segments stand in braces."""

    def parameters(self, path: str) -> Mapping[str, str] | None:
        """The decoded variable segments of a raw path, or None when it is not this template.

        Segments are split before they are percent-decoded, so an id may hold an encoded slash.
        """
        expected, given = self.template.split("/"), path.split("/")
        if len(expected) != len(given):
            return None
        found: dict[str, str] = {}
        for part, segment in zip(expected, given, strict=True):
            if part.startswith("{"):
                if not segment:
                    return None
                found[part[1:-1]] = unquote(segment, errors="replace")
            elif part != segment:
                return None
        return found


OPERATIONS: Final = tuple(
    Operation(*line.split())
    for line in """\
getMe GET /api/v1/users/me/
listWorkspaces GET /api/v1/workspaces/
listProjects GET /api/v1/workspaces/{workspace_id}/projects/
listCredentialPools GET /api/v1/credentials/
createCredentialPool POST /api/v1/credentials/
updateCredentialPool PATCH /api/v1/credentials/{credential_pool_id}/
listSecrets GET /api/v1/hooks/secrets/
createSecret POST /api/v1/hooks/secrets/
listSubscriptions GET /api/v1/hooks/subscriptions/
listStudies GET /api/v1/studies/
listProjectStudies GET /api/v1/projects/{project_id}/studies/
getStudy GET /api/v1/studies/{id}/
setStudyCredentialPool PATCH /api/v1/studies/{id}/
getStudyCredentialsReport GET /api/v1/studies/{id}/credentials/report/
""".splitlines()
)
"""Every operation that the service answers."""

OPERATION_IDS: Final = frozenset(operation.operation_id for operation in OPERATIONS)
"""The names under which faults are switched on and off."""


def find_operations(path: str) -> Mapping[str, tuple[Operation, Mapping[str, str]]]:
    """The operations that live at a raw path, by method, each with its decoded path parameters."""
    return {
        operation.method: (operation, parameters)
        for operation in OPERATIONS
        if (parameters := operation.parameters(path)) is not None
    }
