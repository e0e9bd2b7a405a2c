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
    check_numbers,
    collisions,
    entropy_bits,
    places_needed,
    places_words,
)
from prolific_tui.credentials.stepping import Steps
from prolific_tui.tui.dialogs.form import Entry, FormDialog, FormError, Remark
from prolific_tui.tui.widgets import fit
from prolific_tui.visible import counted

_NAMED: Final = 3
_IN_THE_PATTERN: Final = "in the pattern"
_LOOKING_WHERE: Final = "Looking where it goes on…"
_LOOKING_WHICH: Final = "Looking whether any is there already…"

_Named = tuple[str, str]
"""What stands before the number, and what after it."""
_Numbered = tuple[Pattern, int, int]
"""A pattern with its first number, and how many."""


@dataclass(frozen=True, slots=True)
class ProposedStart:
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

    @property
    def numbered(self) -> "_Numbered":
        """What says which usernames they have."""
        return self.pattern, self.start, self.count


@dataclass(frozen=True, slots=True)
class MakeFacts:
    """What the dialog has to know."""

    pattern: str
    """What was used last; may be empty."""
    target: str
    """What the accounts are for, in words."""
    held: int | None
    """What is free in the pool; None where Prolific did not say."""
    propose: Callable[[Pattern], Steps[ProposedStart]]
    is_taken: Callable[[str], bool]
    """Whether a username is in the list or in the pool, as far as known here."""
    work: Callable[[Callable[[], Steps[None]], Callable[[], None]], None]
    """Does something between keys, and then something else, unless it is asked for another."""


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
        self._proposed: tuple[_Named, ProposedStart] | None = None
        """What was proposed last, and for which pattern."""
        self._taken: tuple[_Numbered, tuple[str, ...]] | None = None
        """The names that were found to be there already, and among which."""
        self._is_waiting = False
        """Whether they are to be made as soon as it is known where they start."""
        self._counted = ""
        """The places in words, once they were counted."""

    def entries(self) -> Sequence[Entry]:
        """Pattern, start, count, length, and the places that are to be filled."""
        return (
            Entry(
                "pattern",
                "Pattern",
                self._facts.pattern,
                "like lab-b-{001..150}",
                is_proposed=True,
            ),
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
        self._look_again()

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

    @on(Input.Changed)
    def typed(self) -> None:
        """Look again, after what the others made of it."""
        self._is_waiting = False
        self._look_again()

    def _follow_pattern(self) -> None:
        if (pattern := self._pattern()) is None:
            return
        start, count = self.field("start"), self.field("count")
        was_locked = start.disabled, count.disabled
        self.withhold("start", "" if pattern.start is None else _IN_THE_PATTERN)
        self.withhold("count", "" if pattern.count is None else _IN_THE_PATTERN)
        if pattern.start is not None:
            self.put("start", str(pattern.start))
            self._own_start = False
        elif not self._own_start or was_locked[0]:
            proposal = self._proposal(pattern)
            self.put("start", str(proposal.start) if proposal else "")
        if pattern.count is not None:
            self.put("count", str(pattern.count))
        elif was_locked[1]:
            self.put("count", "")

    # What is looked up, between keys because lists may be long

    def _look_again(self) -> None:
        self._facts.work(self._look_up, self._looked_up)

    def _look_up(self) -> Steps[None]:
        """Look where the pattern goes on, and which names are there already."""
        pattern = self._pattern()
        if pattern is not None and pattern.start is None and self._proposal(pattern) is None:
            proposal = yield from self._facts.propose(pattern)
            if not self.is_attached:
                return
            self._proposed = (pattern.prefix, pattern.suffix), proposal
            self._follow_pattern()
            self.show_words()
        try:
            order = self._order()
        except FormError:
            return
        if self._taken is None or self._taken[0] != order.numbered:
            numbers = range(order.start, order.start + order.count)
            names = map(order.pattern.name, numbers)
            found = yield from collisions(names, self._facts.is_taken)
            self._taken = order.numbered, found

    def _looked_up(self) -> None:
        if self.is_attached:
            self.show_words()
            if self._is_waiting:
                self.submit()

    def _pattern(self) -> Pattern | None:
        """The pattern that is typed; None as long as it is none."""
        try:
            return Pattern.parse(self.text("pattern"))
        except PatternError:
            return None

    def _proposal(self, pattern: Pattern) -> ProposedStart | None:
        """Where the pattern goes on; None until that was looked up."""
        if self._proposed is None or self._proposed[0] != (pattern.prefix, pattern.suffix):
            return None
        return self._proposed[1]

    # What follows from it

    def _order(self) -> MakeOrder:
        """What is to be made by what is typed; raises `FormError`."""
        try:
            pattern = Pattern.parse(self.text("pattern"))
        except PatternError as error:
            raise FormError(Remark("pattern", _words(error), error.position)) from None
        start = self.number("start", "Start number")
        count = self.number("count", "How many")
        try:
            check_numbers(pattern, start, count)
        except PatternError as error:
            # Of what the pattern says itself, the pattern is what can be changed.
            about = next((n for n in ("count", "start") if not self.field(n).disabled), "pattern")
            raise FormError(Remark(about, _words(error))) from None
        return MakeOrder(pattern, start, count, self._length())

    def _length(self) -> int:
        length = self.number("length", "Password length")
        if not SHORTEST <= length <= LONGEST:
            raise FormError(
                Remark("length", f"Password length: {SHORTEST} to {LONGEST} characters.")
            )
        return length

    def look(self) -> str:
        """What would be made, or what is missing for it."""
        if not self.text("pattern"):
            return ""
        pattern = self._pattern()
        if pattern is not None and not self.text("count"):
            self._length()
            return "\n".join(filter(None, (self._counted, self._because(pattern))))
        if self._awaits_start:
            return "\n".join(filter(None, (self._counted, _LOOKING_WHERE)))
        order = self._order()
        first = order.pattern.name(order.start)
        last = order.pattern.name(order.start + order.count - 1)
        ends = first if order.count == 1 else f"{first} … {last}"
        made = (
            f"{counted(order.count, 'account')}: {ends}; passwords of"
            f" {order.length} characters, {entropy_bits(order.length)} bits."
        )
        is_known = self._taken is not None and self._taken[0] == order.numbered
        taken = _taken_words(self._taken[1]) if self._taken and is_known else _LOOKING_WHICH
        lines = (self._counted, made, taken, self._because(order.pattern))
        return "\n".join(filter(None, lines))

    @property
    def _awaits_start(self) -> bool:
        """Whether the start is still to be proposed."""
        pattern = self._pattern()
        if pattern is None or pattern.start is not None or self.text("start"):
            return False
        return self._proposal(pattern) is None

    def _because(self, pattern: Pattern) -> str:
        if pattern.start is not None:
            return ""
        proposal = self._proposal(pattern)
        return proposal.because if proposal else _LOOKING_WHERE

    def accept(self) -> None:
        """Answer with what is to be made, as soon as it is known where it starts."""
        if self._awaits_start:
            self._is_waiting = True
        else:
            self.dismiss(self._order())


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
