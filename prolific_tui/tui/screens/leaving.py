"""What is asked before the program ends while a write is under way, and what that leaves behind.

A write of which nothing has left is not said to be anywhere: the journal learns of it only then.
"""

from dataclasses import dataclass
from typing import Final

from prolific_tui.submission.plan import SecretPlan
from prolific_tui.submission.progress import Phase, Progress
from prolific_tui.tui.dialogs import Choice, ChoiceDialog
from prolific_tui.tui.shell import Shell

_LEAVE: Final = 1


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of the rows of a write, by how they are kept."""

    kept: str
    unkept: str
    demo: str


_OPEN: Final = _Words(
    "It is in the history on disk, and its rows stay in the draft. If you quit now, the next start"
    " announces it before anything else, and offers to look whether it arrived.",
    "It is in the history on disk. Its rows are not: they are only in this program's memory, and"
    " going on with them after a quit takes the same file.",
    "The demo keeps nothing: if you quit now, nobody learns whether it arrived.",
)
_BETWEEN: Final = _Words(
    "Nothing of it is on its way. If you quit now, the rows that are left stay in the draft; the"
    " next start offers them, and they go on where it stopped.",
    "Nothing of it is on its way. The rows that are left are only in this program's memory: going"
    " on with them after a quit takes the same file.",
    "Nothing of it is on its way. The demo keeps nothing: the rows that are left go with it.",
)
_ANSWERED: Final = _Words(
    "Prolific has answered, and that is in the history on disk. If you quit now, only the look at"
    " what it has now is left out; rows that did not go stay in the draft.",
    "Prolific has answered, and that is in the history on disk. Rows that did not go are only in"
    " this program's memory: going on with them after a quit takes the same file.",
    "Prolific has answered. The demo keeps nothing: if you quit now, rows that did not go are lost"
    " with it.",
)
_ANSWERED_BETWEEN: Final = _Words(
    "Prolific has answered, and that is in the history on disk. If you quit now, the rows that are"
    " left stay in the draft; the next start offers them, and they go on where it stopped.",
    _ANSWERED.unkept,
    "Prolific has answered. The demo keeps nothing: the rows that are left go with it.",
)
_UNRECORDED: Final = _Words(
    "What became of it could not be written to the history, where it is open. If you quit now, the"
    " next start announces it before anything else, and offers to look whether it arrived; its rows"
    " stay in the draft.",
    "What became of it could not be written to the history, where it is open. Its rows are only in"
    " this program's memory: going on with them after a quit takes the same file.",
    _ANSWERED.demo,
)
_UNSENT: Final = _Words(
    "Nothing of it has left. If you quit now, nothing is sent; its rows stay in the draft, and the"
    " next start offers them.",
    "Nothing of it has left. If you quit now, nothing is sent, and its rows go: they are only in"
    " this program's memory.",
    "Nothing of it has left. If you quit now, nothing is sent. The demo keeps nothing: its rows go"
    " with it.",
)
_REPLACEMENT_OPEN: Final = (
    "The request is in the history on disk. If you quit now, the next start offers to look what"
    " became of it. A new secret that is made meanwhile stays at Prolific, but may be kept nowhere"
    " here; receivers with the old one reject every delivery until they have it."
)
_REPLACEMENT_KEPT: Final = (
    "The new secret is there, and is being kept where you chose. If you quit now, it may be kept"
    " nowhere here; 3 History has the request, and 2 Webhooks shows the secret at the next start."
    " Every receiver needs the new one: one with the old secret rejects each delivery."
)
_REPLACEMENT_MADE: Final = (
    "Prolific has made the new secret. {kept} {left} Every receiver needs it: one with the old"
    " secret rejects each delivery."
)
_MADE_RECORDED: Final = (
    "That is in the history on disk. If you quit now, it is not read back; 2 Webhooks shows it at"
    " the next start."
)
_MADE_UNRECORDED: Final = (
    "That could not be written to the history, where it is open: if you quit now, the next start"
    " offers to look what became of it."
)
_REPLACEMENT_REFUSED: Final = (
    "No new secret was made. What is kept of the ones before is being put back as it was. If you"
    " quit now, that may be left undone: then the secret of now is kept as the previous one too, in"
    " place of the one before it."
)
_REPLACEMENT_MADE_IN_THE_DEMO: Final = (
    "Prolific has made the new secret. The demo keeps nothing: if you quit now, that is gone with"
    " it."
)
_REPLACEMENT_DEMO: Final = (
    "The demo keeps nothing: if you quit now, nobody learns whether there is a new secret."
)
_REPLACEMENT_UNSENT: Final = (
    "No new secret was asked for yet. If you quit now, none is made, and the secret stays as it is."
)
_REPLACEMENT_PREPARED: Final = (
    f"{_REPLACEMENT_UNSENT} What is kept of the ones before is put back as it was; a keyring that"
    " asks for its password may get no time for that, and then keeps the secret of now as the"
    " previous one too, in place of the one before it."
)


async def may_leave_open(shell: Shell) -> bool:
    """Whether the program may end although a write is under way, as the person says."""
    writes = shell.operations.writes
    while shell.is_sending:
        # One that has ended, of which that was not told yet, is in the history as well.
        was_on_its_way = writes.under_way is None or writes.is_on_its_way
        # It becomes another question as soon as the send ends.
        shell.leaving = _question(shell, is_on_its_way=was_on_its_way)
        answer = await shell.ask(shell.leaving)
        shell.leaving = None
        if answer != _LEAVE:
            return False
        if was_on_its_way or not writes.is_on_its_way:
            return True
        # It left while the question stood there: what was said of it is not so any more.
    return True


def _question(shell: Shell, *, is_on_its_way: bool) -> ChoiceDialog:
    progress = shell.operations.writes.progress
    if isinstance(shell.sending, SecretPlan):
        return _question_of_a_secret(shell, shell.sending, is_on_its_way=is_on_its_way)
    if is_on_its_way:
        title, words = "A send is under way", _OPEN
        stay, leave = "Stay and wait for the answer", "Quit now and leave it open"
    elif progress is not None and progress.unrecorded:
        title, words = "A send is under way", _UNRECORDED
        stay, leave = "Stay and let it go on", "Quit now"
    elif progress is not None and progress.phase is Phase.CHECKING and not _has_more(progress):
        title, words = "A send is under way", _ANSWERED
        stay, leave = "Stay and let it go on", "Quit now"
    elif progress is None or progress.number is None:
        title, words = "A send is about to leave", _UNSENT
        stay, leave = "Stay and let it go", "Quit now and send nothing"
    else:
        was_answered = progress.phase is Phase.CHECKING
        title, words = "A send is under way", _ANSWERED_BETWEEN if was_answered else _BETWEEN
        stay, leave = "Stay and let it go on", "Quit now and leave the rest"
    if progress is not None and progress.phase is Phase.PAUSED:
        title, stay = "A send is paused", "Stay; the send stays paused"
    choices = [Choice(stay), Choice(leave)]
    return ChoiceDialog(title, _told(shell, words), choices)


def _has_more(progress: Progress) -> bool:
    """Whether parts may follow the one that is on its way or was answered."""
    return progress.searching is not None or progress.part < progress.parts


def _question_of_a_secret(shell: Shell, plan: SecretPlan, *, is_on_its_way: bool) -> ChoiceDialog:
    """The same where no rows are sent, but a new secret is asked for."""
    progress = shell.operations.writes.progress
    if progress is not None and progress.phase is Phase.KEEPING:
        title = shell.under_way
        is_demo = shell.operations.is_demo
        told = _REPLACEMENT_MADE_IN_THE_DEMO if is_demo else _REPLACEMENT_KEPT
        stay, leave = "Stay and let it be kept", "Quit now"
    elif is_on_its_way:
        title = shell.under_way
        told = _REPLACEMENT_DEMO if shell.operations.is_demo else _REPLACEMENT_OPEN
        stay, leave = "Stay and wait for the answer", "Quit now and leave it open"
    elif progress is not None and progress.phase is Phase.CHECKING:
        title, told = shell.under_way, _made_words(shell, progress)
        stay, leave = "Stay and let it be read back", "Quit now"
    elif progress is not None and progress.phase is Phase.PUTTING_BACK:
        title, told = shell.under_way, _REPLACEMENT_REFUSED
        stay, leave = "Stay and let it be put back", "Quit now"
    else:
        title = "The secret is about to be replaced" if plan.old else "A secret is about to be made"
        told = _REPLACEMENT_UNSENT
        is_prepared = progress is not None and progress.phase is Phase.PREPARING
        if is_prepared and plan.destinations.own_entry and not shell.operations.is_demo:
            told = _REPLACEMENT_PREPARED
        stay, leave = "Stay and let it be made", "Quit now and ask for none"
    return ChoiceDialog(title, told, [Choice(stay), Choice(leave)])


def _made_words(shell: Shell, progress: Progress) -> str:
    """What is asked of a new secret that nobody has stored yet, as far as this program knows."""
    if shell.operations.is_demo:
        return _REPLACEMENT_MADE_IN_THE_DEMO
    kept = f"It is kept {' and '.join(progress.kept_in)}." if progress.kept_in else ""
    return _REPLACEMENT_MADE.format(
        kept=kept or "This program keeps it nowhere.",
        left=_MADE_UNRECORDED if progress.unrecorded else _MADE_RECORDED,
    )


def _told(shell: Shell, words: _Words) -> str:
    if shell.operations.is_demo:
        return words.demo
    if any(draft.sending and not shell.keeping.is_kept(draft) for draft in shell.drafts):
        return words.unkept
    return words.kept
