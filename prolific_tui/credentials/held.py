"""Which usernames of a document the target pool holds, or may hold, as far as it was asked."""

from collections.abc import Callable, Collection, Container
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from prolific_tui.credentials.duplicates import is_blank


@dataclass(frozen=True, slots=True)
class Answer:
    """What the pool says of some usernames."""

    surely: AbstractSet[str]
    """Those that rows have and the pool holds."""
    perhaps: AbstractSet[str]
    """Those that rows have and it may hold."""


class Held:
    """What is known of the pool, and the usernames of the document that it is known to concern."""

    __slots__ = ("_held", "_perhaps", "_refused", "perhaps", "surely")

    def __init__(self, held: Container[str]) -> None:
        self._held = held
        self._perhaps: Container[str] = frozenset()
        self._refused: set[str] = set()
        self.surely: set[str] = set()
        """The usernames of the document that the pool holds."""
        self.perhaps: set[str] = set()
        """Those that it may hold."""

    def holds(self, username: str) -> bool:
        """Whether the pool is known to hold this username, be it in the document or not."""
        return username in self._held or username in self._refused

    def change(self, held: Container[str], perhaps: Container[str]) -> None:
        """Let the pool hold these from now on, and maybe those; who was asked stays as it was."""
        self._held, self._perhaps = held, perhaps

    def refuse(self, usernames: AbstractSet[str]) -> None:
        """Let the pool hold these as well, whatever `change` says: it refused each alone."""
        self._refused |= usernames

    def forget(self) -> None:
        """Start anew with a document of which no username was asked."""
        self.surely, self.perhaps = set(), set()

    def ask(self, usernames: Collection[str], count: Callable[[str], int]) -> Answer:
        """What the pool says of these, of which so many rows have each; notes nothing."""

        def there(*pools: Container[str]) -> set[str]:
            found: set[str] = set()
            for pool in pools:
                # To ask an empty one takes as long as to ask any other.
                if pool != frozenset():
                    found.update(filter(pool.__contains__, usernames))
            return {name for name in found if count(name) and not is_blank(name)}

        return Answer(there(self._held, self._refused), there(self._perhaps))

    def flipped(self, usernames: AbstractSet[str], answer: Answer) -> set[str]:
        """Of which of these usernames that is something else than what was noted."""
        surely, perhaps = self.surely & usernames, self.perhaps & usernames
        return (surely ^ answer.surely) | (perhaps ^ answer.perhaps)

    def note(self, usernames: Collection[str], answer: Answer) -> None:
        """Note what the pool said of these usernames."""
        for noted, now in ((self.surely, answer.surely), (self.perhaps, answer.perhaps)):
            noted.difference_update(usernames)
            noted.update(now)
