"""How the records of the in-memory Prolific look on the wire.

Field names and which of them are there follow the schemas of the contract.
"""

import csv
import io
from typing import Any

from prolific_tui.demo.state import (
    DRAFT,
    Owner,
    Pool,
    Project,
    SigningSecret,
    Study,
    Subscription,
    Workspace,
)


def owner_body(owner: Owner) -> dict[str, Any]:
    """The contract's `Me`."""
    return {"id": owner.id, "email": owner.email, "name": owner.name}


def workspace_body(workspace: Workspace, owner: Owner) -> dict[str, Any]:
    """The contract's `Workspace`, with the token's owner as its one member."""
    roles = ["WORKSPACE_ADMIN"] if workspace.is_managed else []
    return {
        "id": workspace.id,
        "title": workspace.title,
        "description": workspace.description,
        "owner": owner.id,
        "users": [{**owner_body(owner), "roles": roles}],
        "naivety_distribution_rate": None,
        "product": "human",
        "is_trial_workspace": False,
    }


def project_body(project: Project, owner: Owner) -> dict[str, Any]:
    """The contract's `Project`."""
    return {
        "id": project.id,
        "title": project.title,
        "description": "",
        "owner": owner.id,
        "type": "PRIVATE",
    }


def pool_body(pool: Pool) -> dict[str, Any]:
    """The contract's `CredentialPool`, without the workspace id that only its prose promises."""
    return {
        "credential_pool_id": pool.id,
        "total_credentials": len(pool.passwords),
        "available_credentials": pool.available,
    }


def secret_body(secret: SigningSecret) -> dict[str, Any]:
    """The contract's `Secret`, its value in full."""
    return {
        "id": secret.id,
        "value": secret.value.reveal(),
        "workspace_id": secret.workspace_id,
    }


def subscription_body(subscription: Subscription) -> dict[str, Any]:
    """The contract's `Subscription`."""
    return {
        "id": subscription.id,
        "event_type": subscription.event_type,
        "target_url": subscription.target_url,
        "is_enabled": subscription.is_enabled,
        "workspace_id": subscription.workspace_id,
    }


def _shared_study_fields(study: Study) -> dict[str, Any]:
    return {
        "id": study.id,
        "name": study.name,
        "internal_name": study.internal_name,
        "status": study.status,
        "total_available_places": study.total_available_places,
        "places_taken": study.places_taken,
        "credential_pool_id": study.credential_pool_id,
    }


def study_summary_body(study: Study) -> dict[str, Any]:
    """The contract's `StudySummary`, an item of a listing."""
    return {
        **_shared_study_fields(study),
        "date_created": study.date_created,
        "published_at": None if study.status == DRAFT else study.date_created,
    }


def study_body(study: Study) -> dict[str, Any]:
    """The contract's `Study`, one that is asked for by its id."""
    return {
        **_shared_study_fields(study),
        "has_credentials": study.credential_pool_id is not None,
    }


def usage_report(pool: Pool, study_id: str) -> str:
    """The CSV of `getStudyCredentialsReport`: what this study used, then what nobody has."""
    text = io.StringIO()
    report = csv.writer(text, lineterminator="\n")
    report.writerow(["Participant Id", "Submission Id", "Username", "Status"])
    for username in pool.passwords:
        use = pool.uses.get(username)
        if use is not None and use.study_id == study_id:
            report.writerow([use.participant_id, use.submission_id, username, "USED"])
    for username in pool.passwords:
        if username not in pool.uses:
            report.writerow(["", "", username, "UNUSED"])
    return text.getvalue()
