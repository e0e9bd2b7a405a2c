"""What Prolific's API tells us, as frozen data.

Field names are those of the wire, so that the decoder needs no table. A field that the contract
does not promise is None when it is absent, and the screens show it as "?".
"""

from dataclasses import dataclass

from prolific_tui.secret import Secret


@dataclass(frozen=True, slots=True)
class Me:
    """The owner of a token (`users/me`)."""

    id: str
    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that the token's owner belongs to; titles are not unique."""

    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a workspace; needed because studies are listed by project only."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class CredentialPool:
    """A summary of a credential pool; its usernames and passwords are never returned.

    The listing's schema has no workspace id, so the client fills it in from the request.
    """

    credential_pool_id: str
    total_credentials: int | None = None
    """How many credentials the pool was ever given."""
    available_credentials: int | None = None
    """How many of them have not been handed out yet."""
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """The secret that signs a workspace's events; there is at most one."""

    id: str | None = None
    value: Secret | None = None
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A target that Prolific posts a workspace's events to."""

    event_type: str
    target_url: str
    workspace_id: str
    id: str | None = None
    is_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A study and the credential pool it hands out, if any."""

    id: str
    name: str | None = None
    internal_name: str | None = None
    status: str | None = None
    """UNPUBLISHED, SCHEDULED, PUBLISHING, ACTIVE, AWAITING REVIEW, PAUSED, COMPLETED, or new."""
    total_available_places: float | None = None
    places_taken: float | None = None
    """Started submissions without the timed-out and returned ones."""
    credential_pool_id: str | None = None
    has_credentials: bool | None = None


@dataclass(frozen=True, slots=True)
class CredentialUsage:
    """One row of a study's usage report, the only place that names usernames."""

    username: str
    status: str
    """USED or UNUSED."""
    participant_id: str | None = None
    submission_id: str | None = None
