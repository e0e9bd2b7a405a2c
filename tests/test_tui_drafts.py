"""Drafts between the editor and what is kept of them: nothing is lost there or back."""

import json
from operator import sub
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prolific_tui.credentials.problems import Problem
from prolific_tui.credentials.rows import Column, Row, Rows
from prolific_tui.credentials.stepping import OutdatedError, finish
from prolific_tui.errors import Effect
from prolific_tui.models import CredentialPool, Workspace
from prolific_tui.operations.events import WriteEnded
from prolific_tui.settings import AccountsMade, StateFile
from prolific_tui.submission.draft import DraftContent
from prolific_tui.submission.known import Coverage, Known
from prolific_tui.submission.outcome import Outcome
from prolific_tui.submission.plan import Target, plan
from prolific_tui.tui.drafts import SEND_BEGUN, Draft, Drafts
from tests.credentials_steps import undo

WORKSPACE = Workspace("workspace-1", "Reasoning evals")
TARGET = Target(WORKSPACE)
POOL = CredentialPool("pool-1", 2, 2, "workspace-1")


def content_of(draft: Draft) -> DraftContent:
    return finish(draft.content("a new pool"))


def subset(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.sets(st.sampled_from(range(count))).map(lambda found: tuple(sorted(found)))


@st.composite
def contents(draw: st.DrawFn) -> DraftContent:
    names = draw(st.lists(st.sampled_from(["a", "A", "b", "c", " d", ""]), min_size=1, max_size=9))
    made = draw(subset(len(names)))
    hashed = draw(subset(len(names)).map(lambda some: tuple(n for n in some if names[n])))
    return DraftContent(
        Rows(names, ["" if n in hashed else f"pw-{n}" for n in range(len(names))]),
        "list.csv",
        "a new pool",
        accepted=draw(subset(len(names))),
        made=made,
        exported=tuple(n for n in made if draw(st.booleans())),
        hashed=hashed,
    )


@given(contents())
def test_what_is_taken_up_is_what_is_kept_again(content: DraftContent) -> None:
    draft = Draft("owner-1", TARGET)
    finish(draft.take_up(content))

    assert content_of(draft) == content
    assert not draft.session.can_undo


def test_a_long_list_is_taken_up_a_few_thousand_rows_at_a_time() -> None:
    rows = range(30_000)
    thirds = [tuple(rows[start::3]) for start in range(3)]
    content = DraftContent(
        Rows([f"lab-{row}" for row in rows], ["" if row % 3 == 0 else "pw,1" for row in rows]),
        hashed=thirds[0],
        accepted=thirds[1],
        made=thirds[2],
        exported=thirds[2],
    )
    draft = Draft("owner-1", TARGET)
    session = draft.session

    def marked() -> list[int]:
        exported = draft.exported.missing(session.document.rows())
        return [
            len(session.document),
            len(session.ledger.hashes),
            sum(map(session.ledger.is_accepted, rows)),
            sum(map(session.is_made_here, rows)),
            len(session.document) - sum(exported),
        ]

    steps, before = draft.take_up(content), [0] * 5
    for _ in steps:
        now = marked()
        assert max(map(sub, now, before)) <= 4096
        before = now
    assert before == marked() == [len(rows)] + [len(rows) // 3] * 4


def test_a_row_whose_password_was_a_hash_says_so_again_when_it_is_taken_up() -> None:
    def problems_of(content: DraftContent) -> list[tuple[Problem, ...]]:
        session = (taken_up := Draft("owner-1", TARGET)).session
        finish(taken_up.take_up(content))
        return [session.ledger.problems(session.document.row(row)) for row in range(3)]

    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of((f"lab-{n}", "") for n in range(3)))
    draft.session.mark_hashes([0, 1])
    draft.session.set_cell(1, Column.PASSWORD, "pw-typed-since")
    content = content_of(draft)

    assert problems_of(content) == [(Problem.HASH,), (), (Problem.NO_PASSWORD,)]
    bare = content.without_passwords()
    assert problems_of(bare) == [(Problem.HASH,), *[(Problem.NO_PASSWORD,)] * 2]


def test_only_an_inserted_row_that_nothing_was_typed_into_yet_does_not_come_back() -> None:
    """A blank row of a list does: it was on the screen and counted."""
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of([("lab-1", "pw-1"), ("", ""), (" lab-2", "pw-2")]))
    draft.session.accept([2])
    draft.session.insert(3, Rows.of([("made-1", "pw-3"), ("", "pw-4")]), made_here=True)
    draft.exported.add(draft.session.document.rows(3, 4))
    assert len(content_of(draft).rows) == 5
    for row in (1, 0):
        draft.session.insert(row, Rows.of([("", "")]))
        draft.inserted.add(draft.session.document.row_id(row))
    draft.session.set_cell(0, Column.PASSWORD, "pw-0")

    content = content_of(draft)
    assert list(content.rows) == [
        ("", "pw-0"),
        ("lab-1", "pw-1"),
        ("", ""),
        (" lab-2", "pw-2"),
        ("made-1", "pw-3"),
        ("", "pw-4"),
    ]
    assert (content.accepted, content.made, content.exported) == ((3,), (4, 5), (4,))


def test_an_edit_of_an_exported_row_makes_it_unexported() -> None:
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of([("lab-1", "pw-1"), ("lab-2", "pw-2")]), made_here=True)
    assert draft.unexported() == (0, 1)
    draft.exported.add(draft.session.document.rows())
    assert draft.unexported() == ()
    draft.session.set_cell(1, Column.PASSWORD, "other")
    assert draft.unexported() == (1,)
    undo(draft.session)
    assert draft.unexported() == ()


def test_of_exported_rows_no_password_stays_in_memory_once_they_were_sent() -> None:
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of([("a", "pw-a"), ("b", "pw-b")]), made_here=True)
    rows = draft.session.document.rows()
    draft.exported.add(rows)
    kept = Drafts(lambda draft, *, at_once: None, lambda owner_id, target: None)  # noqa: ARG005
    kept.keep(draft)

    sent, left = rows.ids or ()
    kept.accepted(draft, [sent], POOL)
    assert not draft.exported.holds(Row(sent, "a", "pw-a"))
    assert draft.exported.holds(Row(left, "b", "pw-b"))
    kept.accepted(draft, [left], POOL)
    assert not draft.exported


def test_only_rows_that_would_go_are_held_back_until_they_were_exported() -> None:
    draft = Draft("owner-1", TARGET)
    draft.session.insert(
        0, Rows.of([("lab-1", "pw-1"), ("lab-2", ""), ("N3", "p"), ("n3", "p")]), made_here=True
    )
    assert draft.unexported() == (0,)
    assert draft.without_password() == (1,)
    draft.session.accept([2])
    assert draft.unexported() == (0, 2)


@pytest.mark.parametrize("rows", [1, 10_000])
def test_rows_that_change_while_they_are_copied_are_copied_anew(rows: int) -> None:
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of((f"lab-{n}", "pw") for n in range(rows)))
    steps = draft.content("a new pool")
    assert next(steps) <= rows
    # Of all rows that were copied, fewer may be in the pool than are known to be by now.
    draft.session.delete([0])
    with pytest.raises(OutdatedError):
        finish(steps)


class Told:
    """What drafts tell of themselves."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.drafts = Drafts(self.changed, self.left)

    def changed(self, draft: Draft, *, at_once: bool) -> None:
        rows = len(draft.session.document)
        self.told.append(f"{'at once' if at_once else 'soon'}: {rows} for {draft.target.key[1]}")

    def left(self, _owner_id: str, target: Target) -> None:
        self.told.append(f"none for {target.key[1]}")


def test_a_send_is_noted_before_and_settled_after_so_that_a_crash_misleads_nobody() -> None:
    told = Told()
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of([("lab-1", "pw-1"), ("lab-2", "pw-2"), ("lab-2", "pw-3")]))
    told.drafts.keep(draft)
    sent = plan(draft.session, TARGET, "")
    told.drafts.sending(draft, sent)
    assert SEND_BEGUN in content_of(draft).source

    accepted = Outcome(Effect.ACCEPTED, "", "", pool=POOL)
    told.drafts.settle(sent, WriteEnded(sent, accepted, accepted=sent.row_ids))
    assert SEND_BEGUN not in content_of(draft).source
    assert told.told == [
        "soon: 3 for None",
        "at once: 3 for None",
        "at once: 2 for pool-1",
        "none for None",
        "at once: 2 for pool-1",
    ]


def test_of_an_append_of_which_all_was_accepted_no_copy_stays() -> None:
    told = Told()
    draft = Draft("owner-1", Target(WORKSPACE, POOL))
    draft.session.insert(0, Rows.of([("lab-1", "pw-1"), ("lab-2", "pw-2")]))
    told.drafts.keep(draft)
    sent = plan(draft.session, draft.target, "")
    told.drafts.sending(draft, sent)
    accepted = Outcome(Effect.ACCEPTED, "", "", pool=POOL)
    told.drafts.settle(sent, WriteEnded(sent, accepted, accepted=sent.row_ids))
    assert not list(told.drafts)
    assert told.told == ["soon: 2 for pool-1", "at once: 2 for pool-1", "none for pool-1"]


def test_of_a_send_that_stopped_only_what_was_accepted_leaves_and_what_clashed_stays_out() -> None:
    told = Told()
    draft = Draft("owner-1", Target(WORKSPACE, POOL))
    draft.session.insert(0, Rows.of((f"lab-{number}", "pw") for number in range(4)))
    told.drafts.keep(draft)
    sent = plan(draft.session, draft.target, "")
    told.drafts.sending(draft, sent)
    refused = Outcome(Effect.REFUSED, "", "", pool=POOL)
    told.drafts.settle(
        sent, WriteEnded(sent, refused, accepted=sent.row_ids[:2], clashing=sent.row_ids[2:3])
    )
    assert [name for name, _ in draft.session.document.rows()] == ["lab-2", "lab-3"]
    assert draft.asks_reports, "they may tell why"
    assert draft.session.counts.left_out == 1, "before anything was read"

    finish(draft.holding(Known(frozenset(), frozenset({"lab-3"}), Coverage(0, 4))))
    letters = [draft.session.state(row).letter for row in range(2)]
    assert letters == ["P", "L"]
    finish(draft.holding(Known(frozenset({"lab-3"}), frozenset(), Coverage(1, 4))))
    assert draft.session.counts.left_out == 2


def test_the_end_of_a_send_touches_no_other_draft_of_the_same_target() -> None:
    """Rows are numbered alike in every draft, and a pool may be another account's target, too."""
    drafts = Told().drafts
    mine, theirs = (Draft(owner, Target(WORKSPACE, POOL)) for owner in ("owner-1", "owner-2"))
    for draft in (mine, theirs):
        draft.session.insert(0, Rows.of((f"{draft.owner_id}-{n}", "pw") for n in range(3)))
        drafts.keep(draft)
    sent = plan(mine.session, mine.target, "")
    drafts.sending(mine, sent)
    assert not theirs.sending
    drafts.settle(
        sent, WriteEnded(sent, Outcome(Effect.ACCEPTED, "", "", pool=POOL), accepted=sent.row_ids)
    )
    assert mine.is_empty
    assert len(theirs.session.document) == 3
    assert list(drafts) == [theirs]


def test_rows_of_a_new_pool_stay_apart_from_those_that_wait_for_it_already() -> None:
    drafts = Told().drafts
    rest, waiting = Draft("owner-1", TARGET), Draft("owner-1", Target(WORKSPACE, POOL))
    for draft in (rest, waiting):
        draft.session.insert(0, Rows.of([("lab-1", "pw-1"), (" lab-2", "pw-2")]))
        drafts.keep(draft)
    assert not drafts.aim(rest, waiting.target)
    assert rest.target == TARGET
    sent = plan(rest.session, TARGET, "")
    drafts.sending(rest, sent)
    drafts.settle(
        sent, WriteEnded(sent, Outcome(Effect.ACCEPTED, "", "", pool=POOL), accepted=sent.row_ids)
    )
    assert rest.asks_target, "a second pool must not be made of them"
    assert [len(each.session.document) for each in (rest, waiting)] == [1, 2]


def test_a_pool_of_which_the_name_was_lost_is_asked_for() -> None:
    drafts = Told().drafts
    draft = Draft("owner-1", TARGET)
    draft.session.insert(0, Rows.of([("lab-1", "pw"), (" lab-2", "pw")]))
    drafts.keep(draft)
    sent = plan(draft.session, TARGET, "")
    drafts.sending(draft, sent)
    lost = Outcome(Effect.ACCEPTED, "", "")
    drafts.settle(sent, WriteEnded(sent, lost, accepted=sent.row_ids))
    assert draft.asks_target


# The numbers that were used


def test_the_next_number_is_known_for_the_pool_and_guessed_from_the_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    state = StateFile(tmp_path / "state.json")
    for pool, pattern, number in (
        ("pool-1", "lab-{000}", 34),
        ("pool-2", "lab-{000}", 61),
        (None, "lab-{000}", 12),
        ("pool-1", "kiosk-{}", 5),
        ("pool-1", "lab-{000}", 40),
    ):
        state.remember_accounts_made("https://a", "workspace-1", pool, pattern, number)

    again = StateFile(tmp_path / "state.json")
    again.load()
    of_pool = again.accounts_made("https://a", "workspace-1", "pool-1")
    assert list(of_pool.of_pool.items()) == [("kiosk-{}", 5), ("lab-{000}", 40)]
    assert of_pool.elsewhere == {"lab-{000}": 61}
    of_new = again.accounts_made("https://a", "workspace-1", None)
    assert of_new.of_pool == {"lab-{000}": 12}
    for service, workspace in (("https://b", "workspace-1"), ("https://a", "workspace-2")):
        assert again.accounts_made(service, workspace, "pool-1") == AccountsMade()


@pytest.mark.parametrize("number", ["34", -1, True, None, [34]])
def test_a_number_that_makes_no_sense_counts_as_none(tmp_path: Path, number: object) -> None:
    tmp_path.chmod(0o700)
    made = {"workspace-1": {"pool-1": {"lab-{}": number}, "pool-2": number}}
    content = {"version": 1, "services": {"https://a": {"accounts_made": made}}}
    path = tmp_path / "state.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(content))
    state = StateFile(path)
    state.load()
    assert state.accounts_made("https://a", "workspace-1", "pool-1") == AccountsMade()


def test_a_copy_of_a_row_whose_password_was_a_hash_says_so_as_well() -> None:
    session = Draft("owner-1", TARGET).session
    session.insert(0, Rows.of([("lab-1", ""), ("lab-2", "")]))
    session.mark_hashes([0])
    session.insert(2, session.rows([0, 1]))

    session.delete([0, 1])
    problems = [session.ledger.problems(session.document.row(row))[0] for row in (0, 1)]
    assert problems == [Problem.HASH, Problem.NO_PASSWORD]
