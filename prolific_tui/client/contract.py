"""The operations of the contract, one constant for each operationId.

Paths keep their trailing slash: the service redirects without it, and no redirect is followed.
"""

from typing import Final

from prolific_tui.client.exchange import Operation

_ROOT: Final = "/api/v1"
_WORKSPACES: Final = f"{_ROOT}/workspaces/"
_PROJECTS: Final = f"{_ROOT}/workspaces/{{}}/projects/"
_POOLS: Final = f"{_ROOT}/credentials/"
_SECRETS: Final = f"{_ROOT}/hooks/secrets/"
_STUDY: Final = f"{_ROOT}/studies/{{}}/"
_POOL_WORDS: Final = ("credential pool", "manage pools")
_HOOK_WORDS: Final = ("workspace", "manage webhooks")
_STUDY_WORDS: Final = ("study", "see or change this study")

GET_ME: Final = Operation("getMe", "GET", f"{_ROOT}/users/me/", "account", "use the API")
LIST_WORKSPACES: Final = Operation(
    "listWorkspaces", "GET", _WORKSPACES, "list of workspaces", "list workspaces"
)
LIST_PROJECTS: Final = Operation("listProjects", "GET", _PROJECTS, "workspace", "list projects")
LIST_CREDENTIAL_POOLS: Final = Operation("listCredentialPools", "GET", _POOLS, *_POOL_WORDS)
CREATE_CREDENTIAL_POOL: Final = Operation(
    "createCredentialPool", "POST", _POOLS, "workspace", "manage pools", sends_credentials=True
)
UPDATE_CREDENTIAL_POOL: Final = Operation(
    "updateCredentialPool", "PATCH", f"{_POOLS}{{}}/", *_POOL_WORDS, sends_credentials=True
)
LIST_SECRETS: Final = Operation("listSecrets", "GET", _SECRETS, *_HOOK_WORDS)
CREATE_SECRET: Final = Operation("createSecret", "POST", _SECRETS, *_HOOK_WORDS)
LIST_SUBSCRIPTIONS: Final = Operation(
    "listSubscriptions", "GET", f"{_ROOT}/hooks/subscriptions/", *_HOOK_WORDS
)
LIST_STUDIES: Final = Operation("listStudies", "GET", f"{_ROOT}/studies/", *_STUDY_WORDS)
LIST_PROJECT_STUDIES: Final = Operation(
    "listProjectStudies", "GET", f"{_ROOT}/projects/{{}}/studies/", "project", "list its studies"
)
GET_STUDY: Final = Operation("getStudy", "GET", _STUDY, *_STUDY_WORDS)
SET_STUDY_CREDENTIAL_POOL: Final = Operation(
    "setStudyCredentialPool", "PATCH", _STUDY, *_STUDY_WORDS
)
GET_STUDY_CREDENTIALS_REPORT: Final = Operation(
    "getStudyCredentialsReport", "GET", f"{_STUDY}credentials/report/", *_STUDY_WORDS
)
