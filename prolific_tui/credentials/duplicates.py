"""Which usernames stand in more than one row, exactly or nearly, kept up with every change.

`DuplicateIndex` knows the exact ones and `LookalikeIndex` the near ones. Each change costs them
the rows it touched, however long the document is.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, filterfalse
from typing import Final

from prolific_tui.credentials.document import Change
from prolific_tui.credentials.names import Names
from prolific_tui.visible import UNUSUAL_SPACE, is_hidden

# Hidden characters that people know nothing of, unlike one that breaks a line or draws as a box.
_NOT_INVISIBLE: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def without_invisible(text: str) -> str:
    """A text without the characters that draw nothing; those that break a line stay."""
    return "".join(c for c in text if not is_hidden(c) or unicodedata.category(c) in _NOT_INVISIBLE)


def with_ordinary_spaces(text: str) -> str:
    """A text with the space that keyboards type in the place of no-break spaces and the like."""
    return UNUSUAL_SPACE.sub(" ", text)


def _compatible(text: str) -> str:
    # Unusual spaces are left to the step that is named after them.
    spaces = [*UNUSUAL_SPACE.findall(text), ""]
    pieces = (unicodedata.normalize("NFKC", piece) for piece in UNUSUAL_SPACE.split(text))
    return "".join(chain.from_iterable(zip(pieces, spaces, strict=True)))


_STEPS: Final[dict[str, Callable[[str], str]]] = {
    "the kind of space": with_ordinary_spaces,
    "Unicode form": _compatible,
    "capitals": str.casefold,
    "invisible characters": without_invisible,
    "spaces at the edge": str.strip,
}
"""What near-duplicates may differ in, and how the difference is levelled."""


def near_key(username: str) -> str:
    """What all near-duplicates of a username have in common; a key is its own key.

    It is the username after NFKC and case folding, with ordinary spaces in the place of unusual
    ones, without the characters that draw nothing (such as general category Cf) and without white
    space at its edges.
    """
    if username.isascii():
        return username.lower().strip()
    return _level(username, _STEPS.values())


def differences(one: str, other: str) -> tuple[str, ...]:
    """What two near-duplicates differ in: each thing without which they would not be the same."""
    found = tuple(
        name
        for name in _STEPS
        if _level(one, rest := [step for key, step in _STEPS.items() if key != name])
        != _level(other, rest)
    )
    return found or ("the way they are written",)


def is_blank(text: str) -> bool:
    """Whether a field shows nothing: it is empty, or all white space and invisible characters."""
    return not text or not near_key(text)


def _level(text: str, steps: Iterable[Callable[[str], str]]) -> str:
    """Apply the steps until they change nothing more: one may make work for another."""
    steps = tuple(steps)
    while True:
        levelled = text
        for step in steps:
            levelled = step(levelled)
        if levelled == text:
            return text
        text = levelled


class DuplicateIndex:
    """How often each username stands in a document.

    Usernames that show nothing are never duplicates: what is wrong with them is that they are
    empty.
    """

    __slots__ = ("_names", "_repeated", "_several")

    def __init__(self, usernames: Sequence[str] = ()) -> None:
        # Names and the few counts above one: to count all takes twice as long.
        self._names = Names()
        self._several: dict[str, int] = {}
        """How many rows have the usernames that more than one has, blank ones among them."""
        self._repeated: set[str] = set()
        self.add(self.absorb(usernames))

    def apply(self, change: Change) -> frozenset[str]:
        """Follow a change of the document.

        Returns:
            The usernames that became duplicates by it, or ceased to be.
        """
        return frozenset(
            name for name, difference in drift(change).items() if self._add(name, difference)
        )

    def absorb(self, usernames: Sequence[str]) -> Counter[str]:
        """Take in those of many usernames that are new and not repeated among themselves.

        Returns:
            The others, and how often they come; they are to be taken in with `add`.
        """
        before = len(self._names)
        known = self._names.absorb(usernames)
        again = Counter(filter(known.__contains__, usernames)) if known else Counter()
        if len(self._names) - before + again.total() < len(usernames):
            counts = Counter(filterfalse(known.__contains__, usernames))
            again.update({name: count - 1 for name, count in counts.items() if count > 1})
        return again

    def add(self, usernames: Mapping[str, int]) -> None:
        """Take in usernames, each as many times as it says."""
        for name, count in usernames.items():
            self._add(name, count)

    def _add(self, name: str, difference: int) -> bool:
        before = self.count(name)
        after = before + difference
        (self._names.add if after else self._names.discard)(name)
        if after > 1:
            self._several[name] = after
        else:
            self._several.pop(name, None)
        was, now = before > 1, after > 1
        if not (was or now) or is_blank(name):
            return False
        (self._repeated.add if now else self._repeated.discard)(name)
        return was != now

    def count(self, username: str) -> int:
        """How many rows have exactly this username."""
        return self._several.get(username) or int(username in self._names)

    def is_duplicate(self, username: str) -> bool:
        """Whether more than one row has exactly this username."""
        return username in self._repeated

    def groups(self) -> dict[str, int]:
        """The usernames that stand in more than one row, and in how many."""
        return {name: self._several[name] for name in self._repeated}

    def duplicates(self) -> AbstractSet[str]:
        """The usernames that stand in more than one row."""
        return self._repeated

    def take_apart(self) -> list[Collection[str]]:
        """What it holds, to be let go of piece by piece; it is of no use any more."""
        return [*self._names.take_apart(), self._several, self._repeated]

    def usernames(self) -> Iterable[str]:
        """Every username of the document, once."""
        return self._names


class LookalikeIndex:
    """Which usernames of a document differ, but only in ways that people don't see.

    Most usernames are their own `near_key`; those cost it nothing. It keeps the others by key,
    and asks the exact index for the rest.
    """

    __slots__ = ("_alike", "_exact", "_first", "_others")

    def __init__(self, exact: DuplicateIndex) -> None:
        self._exact = exact
        self._first: dict[str, str] = {}
        """A spelling of each key that is not the key itself."""
        self._others: dict[str, set[str]] = {}
        """All further spellings, where there are any."""
        self._alike: set[str] = set()

    def admit(self, usernames: Iterable[str]) -> frozenset[str]:
        """Look at usernames of the document; those that were looked at before are passed over.

        Returns:
            The usernames that have near-duplicates by it and had none before.
        """
        flipped: set[str] = set()
        for name in usernames:
            if (key := near_key(name)) != name and key and not self._is_known(name, key):
                flipped |= self._move(key, {name}, set())
        return frozenset(flipped)

    def awaited(self, usernames: Iterable[str]) -> frozenset[str]:
        """Of usernames that come to the document, the new ones that are alike to others by it.

        Asked before the exact index takes them in, and told to `arrive` after that did. The
        others can wait until they are admitted.
        """
        if not self._first:
            return frozenset()
        return frozenset(
            name
            for name in filter(self._first.__contains__, usernames)
            if not self._exact.count(name)
        )

    def arrive(self, awaited: Iterable[str]) -> frozenset[str]:
        """Take in what `awaited` named; returns as `admit` does."""
        flipped: set[str] = set()
        for name in awaited:
            flipped |= self._move(name, {name}, set())
        return frozenset(flipped)

    def apply(self, change: Change) -> frozenset[str]:
        """Follow a change of the document, after the exact index did; all its rows are admitted.

        Returns:
            The usernames that came to have near-duplicates by it, or ceased to.
        """
        inserted = set(change.inserted.usernames)
        difference = drift(change)
        moves: dict[str, tuple[set[str], set[str]]] = {}
        for name in inserted.union(change.removed.usernames):
            now = self._exact.count(name)
            key = near_key(name)
            if key != name:
                was = self._is_known(name, key)
                is_now = bool(now) and (was or name in inserted)
            else:
                was, is_now = now != difference.get(name, 0), bool(now)
                if name not in self._first:
                    # Without another spelling before the change, it was not alike, and those
                    # that came with it make the group.
                    continue
            if key and was != is_now:
                moves.setdefault(key, (set(), set()))[was].add(name)
        flipped: set[str] = set()
        for key, (come, gone) in moves.items():
            flipped |= self._move(key, come, gone)
        return frozenset(flipped)

    def _is_known(self, name: str, key: str) -> bool:
        return self._first.get(key) == name or name in self._others.get(key, ())

    def _move(self, key: str, come: set[str], gone: set[str]) -> set[str]:
        """Take up usernames of one key that came and went; gives those that flipped."""
        for name in come - {key}:
            self._appear(name, key)
        for name in gone - {key}:
            self._vanish(name, key)
        size = self._size(key)
        was_alike, is_alike = size - len(come) + len(gone) > 1, size > 1
        # Where the group stays one, or stays none, nothing changes for those who stay in it.
        stayed = self._group(key) - come if was_alike != is_alike else set()
        left = gone | stayed if was_alike and not is_alike else gone if was_alike else set()
        joined = come | stayed if is_alike and not was_alike else come if is_alike else set()
        self._alike -= left
        self._alike |= joined
        return left | joined

    def is_alike(self, username: str) -> bool:
        """Whether another username of the document is nearly the same."""
        return username in self._alike

    def lookalikes(self, username: str) -> tuple[str, ...]:
        """The other usernames of the document that are nearly the same, in order."""
        if username not in self._alike:
            return ()
        return tuple(sorted(self._group(near_key(username)) - {username}))

    def usernames(self) -> AbstractSet[str]:
        """The usernames that another one of the document is nearly the same as."""
        return self._alike

    def take_apart(self) -> list[Collection[str]]:
        """As `DuplicateIndex.take_apart`."""
        return [self._first, self._others, self._alike]

    def family(self, key: str) -> AbstractSet[str]:
        """Every username with this key, as far as they were admitted."""
        return self._group(key)

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The usernames that are nearly the same, group by group."""
        keys = {near_key(name) for name in self._alike}
        return tuple(tuple(sorted(self._group(key))) for key in sorted(keys))

    def _group(self, key: str) -> set[str]:
        """Every username of the document with this key."""
        group = set(self._others.get(key, ()))
        if key in self._first:
            group.add(self._first[key])
        if self._exact.count(key):
            group.add(key)
        return group

    def _size(self, key: str) -> int:
        spellings = (key in self._first) + len(self._others.get(key, ()))
        return spellings + (self._exact.count(key) > 0)

    def _appear(self, name: str, key: str) -> None:
        if self._first.setdefault(key, name) != name:
            self._others.setdefault(key, set()).add(name)

    def _vanish(self, name: str, key: str) -> None:
        others = self._others.get(key, set())
        others.discard(name)
        if self._first[key] == name:
            del self._first[key]
            if others:
                self._first[key] = others.pop()
        if not others:
            self._others.pop(key, None)


def drift(change: Change) -> dict[str, int]:
    """By how many rows a change made each username more, or less, frequent, where it did."""
    difference = Counter(change.inserted.usernames)
    difference.subtract(change.removed.usernames)
    return {name: count for name, count in difference.items() if count}
