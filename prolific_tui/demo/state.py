"""What the in-memory Prolific knows: frozen records in dictionaries, replaced when they change.

The records are its own rather than the client's, so that one wrong idea of the wire cannot be on
both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from prolific_tui.secret import Secret

DRAFT: Final = "UNPUBLISHED"
"""The status of a study that is not published: the only one whose pool may be set."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token it is."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that the owner belongs to."""

    id: str
    title: str
    description: str = ""
    is_managed: bool = True
    """Whether the owner may change it; without that its credentials and hooks answer 403."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a workspace."""

    id: str
    title: str
    workspace_id: str


@dataclass(frozen=True, slots=True)
class Study:
    """A study of a project."""

    id: str
    name: str
    internal_name: str
    status: str
    total_available_places: int
    places_taken: int
    project_id: str
    date_created: str
    """ISO 8601."""
    credential_pool_id: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Who was handed a credential."""

    study_id: str
    participant_id: str
    submission_id: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A credential pool: it only ever grows."""

    id: str
    workspace_id: str
    passwords: Mapping[str, Secret]
    """By username, in the order in which they came."""
    uses: Mapping[str, Use] = field(default_factory=dict)
    """By username; those without one are available."""

    @property
    def available(self) -> int:
        """How many credentials have not been handed out."""
        return len(self.passwords) - len(self.uses)


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """The secret of a workspace."""

    id: str
    value: Secret
    workspace_id: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A target for a workspace's events."""

    id: str
    event_type: str
    target_url: str
    is_enabled: bool
    workspace_id: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything the service knows. The dictionaries change; what they hold does not."""

    owner: Owner
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    studies: dict[str, Study] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    secrets: dict[str, SigningSecret] = field(default_factory=dict)
    """By workspace id: there is one at most."""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
