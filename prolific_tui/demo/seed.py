"""The lab that the demo shows: made-up workspaces, pools that run short, studies that use them.

It is the same every time, down to the ids, so that pictures and journeys can be compared.
"""

import hashlib
import itertools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from prolific_tui.demo.service import Service
from prolific_tui.demo.state import (
    DRAFT,
    Owner,
    Pool,
    Project,
    SigningSecret,
    State,
    Study,
    Subscription,
    Use,
    Workspace,
)
from prolific_tui.secret import Secret

DEMO_TOKEN: Final = Secret("demo-token-of-no-account")
"""The one token that the demo service takes. It opens nothing else."""

SAMPLE_CSV: Final = Path(__file__).with_name("messy.csv")
"""A list to load: BOM, header and CRLF; of its 20 rows two share a username, two differ only by
capitals, one has no password, and the last line is blank."""

MAIN_WORKSPACE: Final = "679271425fe00981084a5f58"
"""The workspace that comes first: "Reasoning evals", with five pools and a secret."""


def _object_id(name: str) -> str:
    """24 hexadecimal digits, as Prolific's ids usually are; always the same for one name."""
    return hashlib.sha256(f"prolific-tui demo {name}".encode()).hexdigest()[:24]


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"prolific-tui demo {name}"))


EMPTY_WORKSPACE: Final = _object_id("workspace Annotation sandbox")
"""A workspace without pools, projects, subscriptions or a secret."""

FORBIDDEN_WORKSPACE: Final = _object_id("workspace Partner lab (guest)")
"""A workspace whose credentials and hooks the owner may not see or change: 403."""

CHATBOT_A: Final = f"{MAIN_WORKSPACE}_{_uuid('pool chatbot-A')}"
"""131 free of 150; an active study with fewer places left than that."""

CHATBOT_B: Final = f"{MAIN_WORKSPACE}_{_uuid('pool chatbot-B')}"
"""12 free of 60, its usernames lab-b-001 to lab-b-060; active study SR-12 has 30 places left."""

LABPOOL_0: Final = f"{MAIN_WORKSPACE}_{_uuid('pool labpool-0')}"
"""0 free of 45; two studies that are done."""

UNLABELLED: Final = f"{MAIN_WORKSPACE}_a856d700-c495-11f0-adce-338d4126f6e8"
"""41 free of 80; a study that is paused."""

RESERVE: Final = f"{MAIN_WORKSPACE}_{_uuid('pool reserve')}"
"""30 free of 30; a draft."""

POOL_LABELS: Final = {
    CHATBOT_A: "chatbot-A",
    CHATBOT_B: "chatbot-B",
    LABPOOL_0: "labpool-0",
    RESERVE: "reserve",
}
"""What the lab calls its pools. Prolific has no such names; labels are kept by the program."""

_OTHER_TITLES: Final = (
    "Pilots",
    "Human baselines",
    "Annotation sandbox",
    "Red teaming",
    "Partner lab (guest)",
    "Pilots",
    "Memory and attention",
    "Teaching",
    "Human baselines",
    "Voice assistants",
    "Pilots",
    "Preference data 2025",
    "Preference data 2026",
    "Reasoning evals",
    "Long-form writing",
    "Teaching",
    "Visual search",
    "Decision making",
    "Methods group",
    "Multilingual chat",
    "Archive 2024",
    "Archive 2025",
)


def _workspaces() -> Iterator[Workspace]:
    yield Workspace(MAIN_WORKSPACE, "Reasoning evals", "Chatbot trials with logins of the lab")
    seen: dict[str, int] = {}
    for title in _OTHER_TITLES:
        seen[title] = seen.get(title, 0) + 1
        suffix = f" {seen[title]}" if seen[title] > 1 or title == "Reasoning evals" else ""
        identity = _object_id(f"workspace {title}{suffix}")
        yield Workspace(identity, title, is_managed=identity != FORBIDDEN_WORKSPACE)


def _projects() -> Iterator[Project]:
    for title in ("Chatbot trials", "Reading rooms"):
        yield Project(_object_id(f"project {title}"), title, MAIN_WORKSPACE)
    yield Project(_object_id("project Pilots"), "Pilots", _object_id("workspace Pilots"))


def _study(
    internal_name: str,
    name: str,
    status: str,
    taken: int,
    places: int,
    project: str,
    date: str,
    pool_id: str | None,
) -> Study:
    return Study(
        id=_object_id(f"study {internal_name}"),
        name=name,
        internal_name=internal_name,
        status=status,
        total_available_places=places,
        places_taken=taken,
        project_id=_object_id(f"project {project}"),
        date_created=f"{date}T09:00:00Z",
        credential_pool_id=pool_id,
    )


def _studies() -> Iterator[Study]:
    chat, reading = "Chatbot trials", "Reading rooms"
    yield _study("SR-07", "Reading pilot", "COMPLETED", 20, 20, reading, "2026-06-08", LABPOOL_0)
    yield _study("SR-08", "Reading main", "COMPLETED", 25, 25, reading, "2026-07-20", LABPOOL_0)
    yield _study("SR-10", "Document QA", "PAUSED", 35, 60, reading, "2026-09-14", UNLABELLED)
    yield _study("SR-11", "Chatbot trial A", "ACTIVE", 19, 120, chat, "2026-11-10", CHATBOT_A)
    yield _study("SR-12", "Chatbot trial B", "ACTIVE", 20, 50, chat, "2026-11-12", CHATBOT_B)
    yield _study("SR-13", "Chatbot follow-up", DRAFT, 0, 30, chat, "2026-11-13", RESERVE)
    yield _study("SR-14", "Chatbot trial C", DRAFT, 0, 40, chat, "2026-11-14", None)
    yield _study("P-01", "Login check", "COMPLETED", 5, 5, "Pilots", "2026-05-04", None)


def _pool(pool_id: str, prefix: str, total: int, uses: tuple[tuple[str, int], ...] = ()) -> Pool:
    """A pool of numbered usernames, handed out from the first on to (study, count) in turn."""
    usernames = [f"{prefix}-{number:03}" for number in range(1, total + 1)]
    takers = itertools.chain.from_iterable([study] * count for study, count in uses)
    return Pool(
        id=pool_id,
        workspace_id=pool_id.partition("_")[0],
        passwords={username: Secret(_object_id(f"password {username}")) for username in usernames},
        uses={
            username: Use(
                study_id=_object_id(f"study {study}"),
                participant_id=_object_id(f"participant {username}"),
                submission_id=_object_id(f"submission {username}"),
            )
            for username, study in zip(usernames, takers, strict=False)
        },
    )


def _pools() -> Iterator[Pool]:
    yield _pool(LABPOOL_0, "lab-0", 45, (("SR-07", 20), ("SR-08", 25)))
    yield _pool(UNLABELLED, "docqa", 80, (("SR-10", 39),))
    yield _pool(CHATBOT_A, "lab-a", 150, (("SR-11", 19),))
    # More went than places were taken: returned and timed-out submissions use one up as well.
    yield _pool(CHATBOT_B, "lab-b", 60, (("SR-12", 48),))
    yield _pool(RESERVE, "lab-r", 30)
    pilots = _object_id("workspace Pilots")
    yield _pool(f"{pilots}_{_uuid('pool pilots')}", "pilot", 10)


def _subscriptions() -> Iterator[Subscription]:
    targets = (
        ("study.status.change", "https://hooks.lab.example/prolific", True),
        ("submission.status.change", "https://old.lab.example/hook", False),
        ("submission.status.change", "https://hooks.lab.example/prolific", True),
    )
    for number, (event_type, target_url, is_enabled) in enumerate(targets):
        identity = _object_id(f"subscription {number}")
        yield Subscription(identity, event_type, target_url, is_enabled, MAIN_WORKSPACE)


def demo_state() -> State:
    """The lab as it stands when the demo begins."""
    secret = SigningSecret(
        _object_id("secret"), Secret("whs-demo-" + _object_id("secret value")), MAIN_WORKSPACE
    )
    return State(
        owner=Owner(_object_id("owner"), "Robin Searcher", "you@lab.org"),
        workspaces={workspace.id: workspace for workspace in _workspaces()},
        projects={project.id: project for project in _projects()},
        studies={study.id: study for study in _studies()},
        pools={pool.id: pool for pool in _pools()},
        secrets={secret.workspace_id: secret},
        subscriptions={subscription.id: subscription for subscription in _subscriptions()},
    )


def counted_ids() -> Callable[[], str]:
    """A maker of ids that look like UUIDs and come in the same order every time."""
    numbers = itertools.count(1)
    return lambda: _uuid(f"new {next(numbers)}")


def demo_service(new_id: Callable[[], str] | None = None) -> Service:
    """A fresh in-memory Prolific with the lab in it; it takes `DEMO_TOKEN`."""
    return Service(demo_state(), DEMO_TOKEN, new_id=new_id or counted_ids())
