"""The dialog that makes accounts: a pattern, where it starts, how many, and how long passwords are.

What would be made, and which of it is there already, is said before anything is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from prolific_tui.credentials.generate import (
    DEFAULT_LENGTH,
    LONGEST,
    SHORTEST,
    Pattern,
    PatternError,
    collisions,
    entropy_bits,
    places_needed,
    places_words,
    usernames,
)
from prolific_tui.tui.dialogs.form import Entry, FormDialog, FormError, Remark
from prolific_tui.tui.widgets import fit

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a pattern goes on, and why there."""

    start: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class MakeOrder:
    """Accounts to be made."""

    pattern: Pattern
    start: int
    count: int
    length: int
    """How many characters each password has."""


@dataclass(frozen=True, slots=True)
class MakeFacts:
    """What the dialog has to know."""

    pattern: str
    """What was used last; may be empty."""
    target: str
    """What the accounts are for, in words."""
    held: int | None
    """What is free in the pool; None where Prolific did not say."""
    propose: Callable[[Pattern], Proposal]
    is_taken: Callable[[str], bool]
    """Whether a username is in the list or in the pool, as far as known here."""


class MakeDialog(FormDialog[MakeOrder | None]):
    """How many accounts to make, and what they are called."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Make them", key_display="Enter"),
        Binding("down", "go(1)", "Next field", key_display="↓"),
        Binding("up", "go(-1)", "Previous field", show=False),
        Binding("escape", "cancel", "Cancel", key_display="Esc"),
    ]

    def __init__(self, facts: MakeFacts) -> None:
        super().__init__(f"Make accounts for {facts.target}")
        self._facts = facts
        self._own_start = False
        """Whether the person typed a start."""
        self._proposed: tuple[tuple[str, str], Proposal] | None = None
        self._counted = ""
        """The places in words, once they were counted."""

    def entries(self) -> Sequence[Entry]:
        """Pattern, start, count, length, and the places that are to be filled."""
        return (
            Entry("pattern", "Pattern", self._facts.pattern, "like lab-b-{001..150}"),
            Entry("start", "Start number", is_number=True),
            Entry("count", "How many", is_number=True),
            Entry("length", "Password length", str(DEFAULT_LENGTH), is_number=True),
            Entry("places", "or: study places", "", "counts how many it takes", is_number=True),
        )

    def introduction(self) -> str:
        """What becomes of them."""
        return (
            "The accounts come into the list with new passwords. They exist nowhere until you"
            " export them (E) and make them in your tool."
        )

    def on_mount(self) -> None:
        """Propose what follows from the pattern used last, which typing replaces."""
        self._follow_pattern()
        self.call_after_refresh(self.field("pattern").action_select_all)

    # What is typed

    @on(Input.Changed, "#field-pattern")
    def pattern_typed(self) -> None:
        """Another pattern may say by itself where it starts and how many there are."""
        self._follow_pattern()

    @on(Input.Changed, "#field-start")
    def start_typed(self) -> None:
        """What the person typed is not overwritten by a proposal."""
        self._own_start = bool(self.text("start"))

    @on(Input.Changed, "#field-places")
    def places_typed(self) -> None:
        """Count how many accounts the places take."""
        self._counted = ""
        if self.text("places"):
            try:
                places = self.number("places", "Study places")
            except FormError:
                return
            held = self._facts.held
            self._counted = places_words(places, held or 0)
            if held is None:
                self._counted += " Prolific did not say how many are free in the pool."
            if not self.field("count").disabled:
                self.put("count", str(places_needed(places, held or 0)))

    def _follow_pattern(self) -> None:
        try:
            pattern = Pattern.parse(self.text("pattern"))
        except PatternError:
            return
        start, count = self.field("start"), self.field("count")
        was_locked = start.disabled, count.disabled
        start.disabled, count.disabled = pattern.start is not None, pattern.count is not None
        if pattern.start is not None:
            self.put("start", str(pattern.start))
            self._own_start = False
        elif not self._own_start or was_locked[0]:
            self.put("start", str(self._propose(pattern).start))
        if pattern.count is not None:
            self.put("count", str(pattern.count))
        elif was_locked[1]:
            self.put("count", "")

    def _propose(self, pattern: Pattern) -> Proposal:
        """Where the pattern goes on; looked up once for each, because the list may be long."""
        key = pattern.prefix, pattern.suffix
        if self._proposed is None or self._proposed[0] != key:
            self._proposed = key, self._facts.propose(pattern)
        return self._proposed[1]

    # What follows from it

    def _order(self) -> MakeOrder:
        try:
            pattern = Pattern.parse(self.text("pattern"))
        except PatternError as error:
            raise FormError(Remark("pattern", _words(error), error.position)) from None
        start = self.number("start", "Start number")
        count = self.number("count", "How many")
        return MakeOrder(pattern, start, count, self._length())

    def _length(self) -> int:
        length = self.number("length", "Password length")
        if not SHORTEST <= length <= LONGEST:
            raise FormError(
                Remark("length", f"Password length: {SHORTEST} to {LONGEST} characters.")
            )
        return length

    def _names(self, order: MakeOrder) -> list[str]:
        try:
            return usernames(order.pattern, order.start, order.count)
        except PatternError as error:
            # Of what the pattern says itself, the pattern is what can be changed.
            about = next((n for n in ("count", "start") if not self.field(n).disabled), "pattern")
            raise FormError(Remark(about, _words(error))) from None

    def look(self) -> str:
        """What would be made, or what is missing for it."""
        if not self.text("pattern"):
            return ""
        pattern = Pattern.parse(self.text("pattern")) if self._is_pattern() else None
        if pattern is not None and not self.text("count"):
            self._length()
            return "\n".join(filter(None, (self._counted, self._because(pattern))))
        order = self._order()
        names = self._names(order)
        ends = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"
        made = (
            f"{len(names):,} account{'' if len(names) == 1 else 's'}: {ends}; passwords of"
            f" {order.length} characters, {entropy_bits(order.length)} bits."
        )
        taken = collisions(names, self._facts.is_taken)
        lines = (self._counted, made, _taken_words(taken), self._because(order.pattern))
        return "\n".join(filter(None, lines))

    def _is_pattern(self) -> bool:
        try:
            Pattern.parse(self.text("pattern"))
        except PatternError:
            return False
        return True

    def _because(self, pattern: Pattern) -> str:
        return "" if pattern.start is not None else self._propose(pattern).because

    def accept(self) -> None:
        """Answer with what is to be made."""
        order = self._order()
        self._names(order)
        self.dismiss(order)


def _words(error: PatternError) -> str:
    stop = "" if error.title.endswith("?") else "."
    return f"{error.title}{stop} {error.message} {error.hint}".strip()


def _taken_words(taken: Sequence[str]) -> str:
    if not taken:
        return ""
    named = ", ".join(fit(name, 24).strip() for name in taken[:_NAMED])
    more = f" and {len(taken) - _NAMED:,} more" if len(taken) > _NAMED else ""
    there = "is there already" if len(taken) == 1 else "are there already"
    return f"! {len(taken):,} of them {there}: {named}{more}. They would be duplicates."
