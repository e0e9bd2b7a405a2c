"""How a whole send is told, whatever became of its last part."""

from prolific_tui.demo.faults import Fault
from prolific_tui.submission.progress import Progress
from prolific_tui.tui.screens.send_words import whole_words
from tests.parts_bench import Story, fault_at, plan


async def test_a_send_in_parts_is_told_whole() -> None:
    """Stopped after two parts of four, then gone on with to its end."""
    story = Story()

    def stop(progress: Progress) -> None:
        if progress.part == 2:
            story.control.stop()

    story.on_progress = stop
    await story.send(plan())
    stopped = story.journal.entries()[0]
    accepted = stopped.accepted_rows
    assert 0 < accepted < 10
    assert whole_words(stopped) == (
        f"Of 10 rows, {accepted} were accepted, and {10 - accepted} did not go."
        f" The pool's total was 60 before it and {60 + accepted} after it."
    )

    story.on_progress = lambda _: None
    await story.go_on(plan())
    assert whole_words(story.journal.entries()[0]) == (
        "Of 10 rows, 10 were accepted. The pool's total was 60 before it and 70 after it."
    )


async def test_a_part_that_was_refused_does_not_speak_for_the_accepted_ones() -> None:
    story = Story()
    fault_at(story, 2, Fault(status=400))

    await story.send(plan())

    told = whole_words(story.journal.entries()[0])
    assert told.startswith("Of 10 rows, 3 were accepted, and 7 did not go. The pool's total was 60")
    assert "The last part: " in told
    assert "All rows are still in the editor" not in told
