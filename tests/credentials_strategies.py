"""Usernames, passwords and rows that are hard to tell apart, hard to write, or hard to send."""

from typing import Final

from hypothesis import settings
from hypothesis import strategies as st

from prolific_tui.credentials.rows import Rows

steady: Final = settings(deadline=None, derandomize=True)
"""The same examples on every machine, however busy that is."""

ALPHABET: Final = (
    "a",
    "A",
    "\u00e9",  # composed
    "e\u0301",  # the same, decomposed
    "\u200b",  # zero-width space
    "\u0430",  # Cyrillic a
    "\u00a0",  # no-break space
    " ",
    ",",
    '"',
    "\n",
    "\r",
    "\t",
    ";",
    "\ufeff",  # byte order mark
    "\x1b",
    "\ud800",  # a lone surrogate
    "\uff21",  # fullwidth A
    "\u00df",  # folds to two letters
)

usual: st.SearchStrategy[str] = st.sampled_from(("a", "A", "a ", "\u00e9", "e\u0301", "b", ""))
"""So few that rows collide."""

fields: st.SearchStrategy[str] = st.one_of(
    usual,
    usual,
    st.lists(st.sampled_from(ALPHABET), max_size=3).map("".join),
    st.sampled_from(("user", "password", "***", "\u2800")),
)

pairs: st.SearchStrategy[tuple[str, str]] = st.tuples(fields, fields)

blocks: st.SearchStrategy[Rows] = st.lists(pairs, max_size=5).map(Rows.of)

any_blocks: st.SearchStrategy[Rows] = st.lists(
    st.tuples(
        st.text(st.characters(codec=None), max_size=8) | fields,
        st.text(st.characters(codec=None), max_size=8) | fields,
    ),
    max_size=6,
).map(Rows.of)
"""Of all text there is, lone surrogates and NUL among it."""
