"""What Review says of a plan, apart from what it asks to be typed."""

from collections.abc import Iterable
from typing import Final

from prolific_tui.credentials.document import Document
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.submission.means import Pace
from prolific_tui.submission.plan import CredentialPlan, Kind
from prolific_tui.submission.send import Finding, Send
from prolific_tui.tui.screens.send_words import moment
from prolific_tui.tui.widgets import fit, number

_ENDS: Final = 60
"""How many cells the first and the last username may take together, at 80 columns."""


def warning(plan: CredentialPlan, *, unexported: int, made: int) -> str:
    """What can't be taken back, or what is to be done before anything can go.

    Args:
        plan: What would go.
        unexported: How many rows were made here and stand in no file.
        made: How many rows were made here, and nobody has said yet that they exist.
    """
    if not plan.rows:
        return "No row can go yet. Esc goes back; n finds the next problem."
    if unexported:
        several = unexported != 1
        return (
            f"Th{'ese' if several else 'is'} {unexported:,}"
            f" account{'s were' if several else ' was'} made here and"
            f" exist{'' if several else 's'} nowhere yet: E exports"
            f" {'them' if several else 'it'}. Then make {'them' if several else 'it'} in your"
            " tool, and come back."
        )
    if made:
        return (
            f"{made:,} of these were made here. Do these accounts exist in your tool?"
            " Participants will be given them at once. Type yes."
        )
    if plan.target.pool is None:
        return (
            "Prolific can't delete a pool or take an account out of one. A published study"
            " can't change its pool: to rescue one, append to the pool it has."
        )
    return "Prolific can't take an account out of a pool again."


def ends(plan: CredentialPlan, document: Document) -> str:
    """The first and the last username that go, so that the wrong list is noticed."""
    ids = plan.row_ids
    indices = [document.index_of(row_id) for row_id in (*ids[:1], *ids[1:][-1:])]
    names = [document.username(index) for index in indices if index is not None]
    share = _ENDS // max(len(names), 1) - 2
    return " … ".join(fit(name, share).strip() for name in names) or "-"


def unexplained_notes(
    unexplained: Iterable[tuple[Send, CredentialPool]],
) -> list[str]:
    """The pools that may hold these rows already, although the person said otherwise.

    Args:
        unexplained: Each with the send that may have made it.
    """
    return [
        f"the pool {pool.credential_pool_id} with {number(pool.total_credentials)} is new since"
        f" the send of {moment(send.begun)}, which you said did not arrive"
        for send, pool in unexplained
    ]


def may_be_unexplained(workspace: Workspace, sends: Iterable[Send]) -> bool:
    """Whether a pool that is new may hold rows of a create which did not arrive, as was said."""
    return any(
        part.finding is Finding.SAID_NOT
        for send in sends
        if send.kind is Kind.CREATE and send.pool_id is None and send.workspace.id == workspace.id
        for part in send.parts
    )


def totals_words(pool: CredentialPool, rows: int, when: str) -> str:
    """How many credentials a pool has, and how many it would have with these rows, if any go."""
    total, free = pool.total_credentials, pool.available_credentials
    after = "?" if total is None else f"{total + rows:,}"
    then = f"; {after} afterwards" if rows else ""
    return f"{number(total)} in total{when}, {number(free)} free{then}"


def goes_words(rows: int, unexported: int) -> str:
    """How many rows go: none as long as accounts made here are still to be exported."""
    return f"0 until E exports {unexported:,}" if unexported else f"{rows:,}"


def parts_words(parts: int, pace: Pace) -> str:
    """In how many parts a list goes, and how large they are."""
    size = pace.part_bytes / (1024 * 1024)
    return f"{parts:,}, of at most {pace.part_rows:,} rows and {size:.3g} MiB, one after another"


def stays(rows: int) -> str:
    """How many rows do not go, and where they are then."""
    return f"{rows:,}   stay in the editor" if rows else "0"
